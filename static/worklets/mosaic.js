/** The drawing half of the mosaic, off the page: a tab in the background must not freeze everybody's picture. */
// baseline: .displayWidth, .displayHeight, OffscreenCanvas, OffscreenCanvasRenderingContext2D, VideoFrame: not loaded there

import { FPS, HEIGHT, WIDTH, draw } from "../room/grid.js";

/** @type {{id: string, name: string, shown: boolean}[]} */
let tiles = [];
/** @type {Map<string, VideoFrame>} the newest picture of each one */
const frames = new Map();
/** @type {Map<string, ReadableStreamDefaultReader<VideoFrame>>} */
const readers = new Map();
const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));

/**
 * @param {string} id
 * @param {ReadableStream<VideoFrame>} readable
 */
async function follow(id, readable) {
  await readers.get(id)?.cancel();
  const reader = readable.getReader();
  readers.set(id, reader);
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (readers.get(id) !== reader) return next.value.close();
    frames.get(id)?.close();
    frames.set(id, next.value);
  }
}

/** @param {WritableStream<VideoFrame>} writable */
function paint(writable) {
  const writer = writable.getWriter();
  setInterval(() => {
    const shown = tiles.map(({ id, name, shown }) => {
      const frame = shown ? frames.get(id) : undefined;
      return { name, image: frame ?? null, width: frame?.displayWidth ?? 0, height: frame?.displayHeight ?? 0 };
    });
    draw(pen, shown);
    const picture = new VideoFrame(canvas, { timestamp: performance.now() * 1000 });
    writer.write(picture).catch(() => picture.close());
  }, 1000 / FPS);
}

/** @param {{id: string, shown: boolean}[]} now whoever left or shows nothing any more frees her camera's frames */
function forget(now) {
  const kept = new Set(now.filter((tile) => tile.shown).map((tile) => tile.id));
  for (const id of [...readers.keys()]) {
    if (kept.has(id)) continue;
    readers.get(id)?.cancel().catch(() => undefined);
    readers.delete(id);
    frames.get(id)?.close();
    frames.delete(id);
  }
}

self.onmessage = ({ data }) => {
  if (data.writable) paint(data.writable);
  if (data.readable) follow(data.id, data.readable);
  if (data.tiles) {
    tiles = data.tiles;
    forget(tiles);
  }
};
