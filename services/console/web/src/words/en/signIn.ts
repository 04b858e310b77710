export const signIn = {
  title: "Sign in",
  lead: "Sign in with a token of your workspace.",
  token: "Token",
  tokenHelp:
    "On this machine, the last line of make run is a link that signs in, and local.json in its state folder holds the token. Elsewhere, an administrator makes one:",
  submit: "Sign in",
  ended: "Your session has ended. Sign in again to go on where you were.",
  refused: "This token is unknown or has expired.",
  missing: "Enter a token.",
  malformed:
    "This is no whole token: there is a space, a line break or a character in it that no token has. Copy the token again, and nothing else.",
  following: "Signing in by the link …",
  linkRefused: "The token of this link is unknown, has expired or was not copied whole.",
  otherLink: (workspace: string) => `This link signs in by another token, to the workspace ${workspace}.`,
  byLink: "Sign in by the link",
  signedIn: (workspace: string, role: string) => `You are signed in to the workspace ${workspace}, as ${role}.`,
  goOn: "Go on as you are",
};
