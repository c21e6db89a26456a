/** Where each picture stands in the mosaic. */

export const WIDTH = 480;
export const HEIGHT = 270;
export const FPS = 6;

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Place
 *
 * @param {number} count
 * @returns {Place[]} as many places, row by row
 */
export function grid(count) {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)));
  const rows = Math.max(1, Math.ceil(count / columns));
  const width = Math.floor(WIDTH / columns);
  const height = Math.floor(HEIGHT / rows);
  return Array.from({ length: count }, (_, index) => ({
    x: (index % columns) * width,
    y: Math.floor(index / columns) * height,
    width,
    height,
  }));
}

/**
 * Draws everybody: a picture cut to its place, or the name of who shows none.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} pen
 * @param {{name: string, image: CanvasImageSource | null, width: number, height: number}[]} tiles
 */
export function draw(pen, tiles) {
  pen.fillStyle = "#14181B";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = "16px system-ui, sans-serif";
  const places = grid(tiles.length);
  tiles.forEach(({ name, image, width, height }, index) => {
    const place = /** @type {Place} */ (places[index]);
    if (image && width && height) {
      const scale = Math.max(place.width / width, place.height / height);
      const [cutWidth, cutHeight] = [place.width / scale, place.height / scale];
      pen.drawImage(image, (width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight, place.x, place.y, place.width, place.height);
    } else {
      pen.fillStyle = "#1D2327";
      pen.fillRect(place.x + 1, place.y + 1, place.width - 2, place.height - 2);
      pen.fillStyle = "#ECEFF0";
      pen.fillText(name, place.x + place.width / 2, place.y + place.height / 2, place.width - 8);
    }
  });
}
