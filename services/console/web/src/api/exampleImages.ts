import { ApiError } from "./errors";

/** Images that people search with, kept in this browser by the hash of their bytes: an address names them by it. */

export const MAX_EXAMPLE_BYTES = 10 * 1024 * 1024;
/** Models see no more than this: larger images are made smaller before they are sent with each call. */
const MAX_SIDE_PX = 1024;
const SMALL_BYTES = 1024 * 1024;
const JPEG_QUALITY = 0.92;
const DATABASE = "bowerbird";
const STORE = "example-images";

/** The image that an address names is not in this browser: it was dropped here by somebody else, or was cleared away. */
export class ExampleImageGone extends ApiError {
  constructor() {
    super(404, "EXAMPLE_IMAGE_GONE", "The example image is not in this browser.");
  }
}

/** Larger than search takes, and of a kind that this browser cannot make smaller. */
export class ExampleImageTooLarge extends ApiError {
  constructor() {
    super(413, "EXAMPLE_IMAGE_TOO_LARGE", "The example image is too large.");
  }
}

/** Keep an image; the answer is the hash that names it. Throws `ExampleImageTooLarge`. */
export async function keepExampleImage(image: Blob): Promise<string> {
  const kept = await madeSmall(image);
  if (kept.size > MAX_EXAMPLE_BYTES) throw new ExampleImageTooLarge();
  const hash = hexadecimal(await crypto.subtle.digest("SHA-256", await kept.arrayBuffer()));
  await inStore("readwrite", (store) => store.put(kept, hash));
  return hash;
}

/** The bytes of a kept image in base64. Throws `ExampleImageGone`. */
export async function exampleImage(hash: string): Promise<string> {
  const bytes = new Uint8Array(await (await exampleImageBlob(hash)).arrayBuffer());
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(""));
}

/** A kept image. Throws `ExampleImageGone`. */
export async function exampleImageBlob(hash: string): Promise<Blob> {
  const kept = await inStore<unknown>("readonly", (store) => store.get(hash));
  if (!(kept instanceof Blob)) throw new ExampleImageGone();
  return kept;
}

async function madeSmall(image: Blob): Promise<Blob> {
  if (image.size <= SMALL_BYTES) return image;
  const decoded = await createImageBitmap(image).catch(() => undefined);
  // Of a kind that search may know and this browser does not.
  if (decoded === undefined) return image;
  const factor = Math.min(1, MAX_SIDE_PX / Math.max(decoded.width, decoded.height));
  const canvas = new OffscreenCanvas(Math.round(decoded.width * factor), Math.round(decoded.height * factor));
  canvas.getContext("2d")?.drawImage(decoded, 0, 0, canvas.width, canvas.height);
  decoded.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await resultOf(opening);
  try {
    return await resultOf(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

function hexadecimal(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
