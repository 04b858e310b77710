export const signIn = {
  title: "Sign in",
  lead: "Sign in with a token of your workspace.",
  token: "Token",
  tokenHelp:
    "On this machine, make run keeps one for you in local.json of its state folder. Elsewhere, an administrator makes one:",
  submit: "Sign in",
  ended: "Your session has ended. Sign in again to go on where you were.",
  refused: "This token is unknown or has expired.",
  missing: "Enter a token.",
};
