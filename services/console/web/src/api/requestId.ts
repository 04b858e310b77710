/** Names a request that may be sent twice, so that it is done once: 128 random bits. `crypto.randomUUID` is only there over https. */
export function newRequestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
