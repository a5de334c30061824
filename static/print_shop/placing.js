/* Where a photo lies in its opening, as orders/artwork/placing.py and scene.py say it: only to show
 * a movement at once. What is printed is computed by the server. All lengths in millimetres. */

const LOWER = 0.62; // words farther down than this make the opening give way upwards
const ASCENT = 0.6, TOP_MARGIN = 0.05;

export function openingOf(doc, size, shapes, unit) {
  const shorter = Math.min(size.width, size.height);
  const shape = shapes[doc.frame.kind];
  if (!shape) {
    const { width, height, bleed } = size;
    const box = { width: width + 2 * bleed, height: height + 2 * bleed, x: width / 2, y: height / 2 };
    return { ...box, path: "", scale: 1, border: 0 };
  }
  const whole = doc.frame.size * shorter;
  const scale = whole / unit, high = shape.height * scale;
  const tops = [doc.name, doc.text]
    .filter((words) => words.text.trim() && words.y > LOWER)
    .map((words) => words.y * size.height - ASCENT * words.size * shorter);
  const middle = Math.min(size.height, ...tops) / 2;
  return {
    width: shape.width * scale,
    height: high,
    x: size.width / 2,
    y: Math.max(middle, high / 2 + TOP_MARGIN * shorter),
    path: shape.path,
    scale,
    border: doc.frame.border * shorter,
  };
}

/* The affine map of the photo's pixels: x' = a x + b y + e, y' = c x + d y + f; and the shift that
 * is left when a gap is not allowed, as fractions of the opening. */
export function place(photo, opening, pixels) {
  const turn = (photo.rotation * Math.PI) / 180;
  const cos = Math.cos(turn), sin = Math.sin(turn);
  const across = (opening.width * Math.abs(cos) + opening.height * Math.abs(sin)) / 2;
  const down = (opening.width * Math.abs(sin) + opening.height * Math.abs(cos)) / 2;
  const scale = Math.max((2 * across) / pixels.width, (2 * down) / pixels.height) * photo.zoom;
  const roomAcross = Math.max(0, (pixels.width * scale) / 2 - across);
  const roomDown = Math.max(0, (pixels.height * scale) / 2 - down);
  const shiftX = photo.x * opening.width, shiftY = photo.y * opening.height;
  const along = within(shiftX * cos + shiftY * sin, roomAcross);
  const aside = within(shiftY * cos - shiftX * sin, roomDown);
  const middleX = opening.x + along * cos - aside * sin;
  const middleY = opening.y + along * sin + aside * cos;
  const a = scale * cos, b = -scale * sin, c = scale * sin, d = scale * cos;
  return {
    a, b, c, d,
    e: middleX - (a * pixels.width + b * pixels.height) / 2,
    f: middleY - (c * pixels.width + d * pixels.height) / 2,
    x: (middleX - opening.x) / opening.width,
    y: (middleY - opening.y) / opening.height,
  };
}

function within(value, most) {
  return Math.max(-most, Math.min(most, value));
}
