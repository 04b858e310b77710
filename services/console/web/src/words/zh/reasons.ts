import type { Reason } from "@/api/errors";

/** What the metadata of an error says, by key. */
type Values = Readonly<Partial<Record<string, string>>>;

/** A sentence for every reason of the API: a new one does not compile without. */
export const sentences: Readonly<Record<Reason, (values: Values) => string>> = {
  UNAUTHENTICATED: () => "令牌缺失、未知或已过期，请重新登录。",
  ROLE_MISSING: ({ role, required_role: required }) =>
    `此操作需要角色${named(required)}，当前令牌的角色是${named(role)}。`,
  FIELD_INVALID: ({ field, value }) => `字段${named(field)}的值${named(value)}无效。`,
  NAME_INVALID: ({ name, expected }) => `${named(name)}不是有效的资源名称，应为${named(expected)}的形式。`,
  NOT_FOUND: ({ name }) => `${named(name)}不存在，或者不属于当前工作空间。`,
  ALREADY_EXISTS: ({ name }) => `${named(name)}已存在，请换一个名称。`,
  PAGE_TOKEN_INVALID: () => "列表的翻页标记已失效，请从第一页重新开始。",
  VERSION_PUBLISHED: ({ version }) => `版本${named(version)}已发布，不能再更改；请为数据集创建新版本。`,
  IN_USE: ({ name, used_by: user }) => `${named(name)}正被${named(user)}使用。`,
  STATE_CONFLICT: ({ name }) => `${named(name)}当前的状态不允许此操作；请刷新后再试。`,
  INTERNAL: ({ request_id: request }) =>
    request === undefined ? "系统内部发生错误。" : `系统内部发生错误，日志中的请求编号是 ${request}。`,
  SERVICE_UNAVAILABLE: () => "系统中的某个服务暂时没有响应，请稍后再试。",
  TAG_DEFINITION_INVALID: () => "标签定义为空、过大或格式不正确。",
  INDEX_SET_MISSING: ({ version }) => `版本${named(version)}没有索引，无法按文字或图片搜索；请先配置并建立索引。`,
  QUERY_TOO_LARGE: ({ value, limit }) => `查询包含${named(value)}，超出上限 ${limit ?? ""}。`,
  QUERY_INVALID: ({ column }) => `查询语句在第 ${column ?? "?"} 个字符处有误。`,
  EXAMPLE_NOT_INDEXED: ({ file }) => `示例文件${named(file)}尚未建立索引，无法查找与它相似的文件。`,
  LEASE_LOST: () => "任务的这一部分已交给其他工作进程，本次结果被丢弃。",
  JOB_STOPPED: ({ job }) => `任务${named(job)}已被停止。`,
  ADDRESS_NOT_ALLOWED: ({ address }) => `系统不允许连接地址${named(address)}；管理员可以放行。`,
  ADDRESS_UNREACHABLE: ({ address }) => `地址${named(address)}不存在或没有响应。`,
  BUCKET_NOT_FOUND: ({ uri }) => `存储桶或文件夹${named(uri)}不存在。`,
  STORAGE_ACCESS_DENIED: ({ uri }) => `对象存储拒绝访问${named(uri)}：密钥或签名不被接受。`,
  OBJECT_NOT_FOUND: ({ uri }) => `对象${named(uri)}不存在或已被删除。`,
  STORAGE_FAILED: ({ uri }) => `访问对象存储${named(uri)}时失败。`,
  OBJECT_EXISTS: ({ uri }) => `对象${named(uri)}已存在，不会被覆盖。`,
  URI_INVALID: ({ uri }) => `地址${named(uri)}的格式不正确，或者超出了允许读取的范围。`,
  OBJECT_TOO_LARGE: ({ uri, limit }) => `对象${named(uri)}过大，上限为 ${limit ?? ""} 字节。`,
  IMAGE_EMPTY: () => "文件是空的。",
  IMAGE_FORMAT_UNSUPPORTED: ({ expected }) => `这不是受支持格式的图片；支持的格式：${expected ?? ""}。`,
  IMAGE_CORRUPT: () => "图片不完整或已损坏。",
  IMAGE_TOO_LARGE: ({ value, limit }) => `图片过大：${value ?? ""}，上限为 ${limit ?? ""}。`,
  IMAGE_DECODE_TIMEOUT: ({ limit }) => `图片解码超过了允许的时间（${limit ?? ""}）。`,
  IMAGE_DECODER_DIED: () => "图片解码进程意外终止。",
  OBJECT_CHANGED: () => "文件在扫描之后发生了变化；下一次扫描会读入新的内容。",
  MODEL_ACCESS_DENIED: ({ endpoint }) => `模型服务${named(endpoint)}拒绝了密钥。`,
  MODEL_NOT_FOUND: ({ endpoint, model }) => `模型服务${named(endpoint)}没有模型${named(model)}。`,
  MODEL_REQUEST_REFUSED: ({ endpoint }) => `模型服务${named(endpoint)}拒绝了请求。`,
  MODEL_RATE_LIMITED: ({ endpoint }) => `模型服务${named(endpoint)}限制了请求频率，多次重试后仍被拒绝。`,
  MODEL_UNAVAILABLE: ({ endpoint }) => `模型服务${named(endpoint)}没有正常响应。`,
  MODEL_RESPONSE_INVALID: ({ endpoint }) => `模型服务${named(endpoint)}的响应不符合协议。`,
  TAG_ANSWER_MALFORMED: () => "模型的回答不是所要求的 JSON 对象。",
  TAG_ANSWER_UNKNOWN_TAG: ({ tag }) => `模型的回答中有标签定义里没有的标签或取值${named(tag)}。`,
  DIMENSION_MISMATCH: ({ expected, found }) => `向量有 ${found ?? "?"} 维，而索引是 ${expected ?? "?"} 维。`,
  VECTOR_INVALID: () => "模型给出的向量无法建立索引。",
  DATABASE_ACCESS_DENIED: ({ address }) => `数据库${named(address)}拒绝了该用户，或者其权限不足。`,
  DATABASE_UNAVAILABLE: ({ address }) => `数据库${named(address)}没有响应。`,
  INDEX_TABLE_INCOMPATIBLE: ({ table }) => `表${named(table)}已存在，但它的列与索引表不同。`,
  HOST_NOT_ALLOWED: ({ host }) => `控制台不接受通过${named(host)}访问；管理员可以放行该主机名。`,
  ORIGIN_NOT_ALLOWED: () => "请求来自其他网站的页面，已被拒绝。",
  SIGN_IN_SLOWED: ({ retry_seconds: seconds }) => `登录失败次数过多，请在 ${seconds ?? "几"} 秒后再试。`,
};

/** The sentence for a reason; none for one that a newer suite has. */
export function sentenceOf(reason: string, values: Values): string | undefined {
  return isKnown(reason) ? sentences[reason](values) : undefined;
}

function isKnown(reason: string): reason is Reason {
  return Object.hasOwn(sentences, reason);
}

/** A value in quotation marks; nothing where it is missing, as it is where an older suite does not tell it. */
function named(value: string | undefined): string {
  return value === undefined || value === "" ? "" : `“${value}”`;
}
