import type { Words } from "../words";

export const signIn: Words["signIn"] = {
  title: "登录",
  lead: "使用工作空间的令牌登录。",
  token: "令牌",
  tokenHelp: "在本机上，make run 会把令牌保存在其状态目录的 local.json 中。在其他环境中，请管理员创建：",
  submit: "登录",
  ended: "会话已结束。重新登录即可回到刚才的位置。",
  refused: "该令牌未知或已过期。",
  missing: "请输入令牌。",
};
