import type { Words } from "../words";

export const signIn: Words["signIn"] = {
  title: "登录",
  lead: "使用工作空间的令牌登录。",
  token: "令牌",
  tokenHelp:
    "在本机上，make run 输出的最后一行是可直接登录的链接，令牌也保存在其状态目录的 local.json 中。在其他环境中，请管理员创建：",
  submit: "登录",
  ended: "会话已结束。重新登录即可回到刚才的位置。",
  refused: "该令牌未知或已过期。",
  missing: "请输入令牌。",
  malformed: "这不是完整的令牌：其中有空格、换行或令牌不会包含的字符。请重新复制令牌本身。",
  following: "正在通过链接登录……",
  linkRefused: "此链接中的令牌未知、已过期或未完整复制。",
  otherLink: (workspace) => `此链接使用另一个令牌，登录到工作空间 ${workspace}。`,
  byLink: "通过链接登录",
  signedIn: (workspace, role) => `您已登录到工作空间 ${workspace}，角色为${role}。`,
  goOn: "保持当前登录",
};
