/* The preview one can touch: move, zoom and turn the photo by mouse, fingers, wheel and keys.
 * While that goes on, the photo's small copy is shown at its new place at once; the true picture
 * follows from the server. */

import { openingOf, place } from "print-shop/placing";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01, STRIDE = 0.05; // arrow keys: fractions of the opening
const ZOOM = 1.03, TURN = 1, TURNS = 15;

export class Stage {
  /* now(): {doc, size, pixels, url}. moved(photo, key, going): the photo's new place. */
  constructor({ element, quick, shapes, unit, now, moved }) {
    Object.assign(this, { element, quick, shapes, unit, now, moved });
    this.pointers = new Map();
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      element.addEventListener(kind, (event) => this.#up(event));
    }
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get opening() {
    const { doc, size } = this.now();
    return openingOf(doc, size, this.shapes, this.unit);
  }

  /* Show the photo where it now lies, over the last picture. */
  sketch() {
    const { doc, size, pixels, url } = this.now();
    const opening = this.opening;
    const { a, b, c, d, e, f } = place(doc.photo, opening, pixels);
    if (!this.image) this.#build();
    this.quick.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    const at = `translate(${opening.x} ${opening.y}) scale(${opening.scale})`;
    if (opening.path) {
      for (const each of [this.clip, this.rim]) {
        each.setAttribute("d", opening.path);
        each.setAttribute("transform", at);
      }
      this.rim.setAttribute("stroke", doc.frame.colour);
      this.rim.setAttribute("stroke-width", opening.border / opening.scale);
      this.group.setAttribute("clip-path", "url(#quick-clip)");
    } else this.group.removeAttribute("clip-path");
    this.rim.toggleAttribute("hidden", !opening.path);
    if (this.image.getAttribute("href") !== url) this.image.setAttribute("href", url);
    this.image.setAttribute("width", pixels.width);
    this.image.setAttribute("height", pixels.height);
    this.image.setAttribute("transform", `matrix(${a} ${c} ${b} ${d} ${e} ${f})`);
    this.quick.removeAttribute("hidden");
  }

  #build() {
    const make = (name, into) => into.appendChild(document.createElementNS(SVG, name));
    const path = make("clipPath", make("defs", this.quick));
    path.id = "quick-clip";
    this.clip = make("path", path);
    this.group = make("g", this.quick);
    this.image = make("image", this.group);
    this.image.setAttribute("preserveAspectRatio", "none");
    this.rim = make("path", this.quick);
    this.rim.setAttribute("fill", "none");
  }

  /* The true picture is there. */
  rest() {
    if (!this.pointers.size) this.quick.setAttribute("hidden", "");
  }

  /* Keep a shift inside what it can be, so that turning back needs no way for nothing. */
  tidy(photo) {
    const { pixels } = this.now();
    const whole = { ...photo, zoom: Math.max(1, Math.min(8, photo.zoom)), rotation: turned(photo.rotation) };
    const { x, y } = place(whole, this.opening, pixels);
    return { ...whole, x: round(x), y: round(y), zoom: round(whole.zoom), rotation: round(whole.rotation) };
  }

  #change(change, key, going = false) {
    const { doc } = this.now();
    const photo = this.tidy({ ...doc.photo, ...change(doc.photo) });
    this.moved(photo, key, going);
    this.sketch();
  }

  #scale() {
    // Millimetres in a pixel of the screen.
    return this.now().size.width / this.element.clientWidth;
  }

  #down(event) {
    if (event.button > 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.element.classList.add("held");
  }

  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId);
    this.pointers.set(event.pointerId, now);
    const scale = this.#scale(), opening = this.opening;
    const share = others.length ? 0.5 : 1; // of two fingers each moves half
    const shift = {
      x: ((now.x - before.x) * scale * share) / opening.width,
      y: ((now.y - before.y) * scale * share) / opening.height,
    };
    let zoom = 1, turn = 0;
    if (others.length) {
      const other = others[0][1];
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      if (was > 10) zoom = is / was;
      const angle = (at) => Math.atan2(at.y - other.y, at.x - other.x);
      turn = ((angle(now) - angle(before)) * 180) / Math.PI;
    }
    this.#change((photo) => ({
      x: photo.x + shift.x, y: photo.y + shift.y, zoom: photo.zoom * zoom, rotation: photo.rotation + turn,
    }), "drag", true);
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size) return;
    this.element.classList.remove("held");
    this.moved(this.now().doc.photo, "drag", false);
  }

  #wheel(event) {
    // The page scrolls on, unless somebody is at the photo.
    if (document.activeElement !== this.element && !event.ctrlKey) return;
    event.preventDefault();
    const by = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015));
    this.#change((photo) => ({ zoom: photo.zoom * by }), "wheel", true);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? STRIDE : STEP, turn = event.shiftKey ? TURNS : TURN;
    const does = {
      ArrowLeft: (photo) => ({ x: photo.x - far }),
      ArrowRight: (photo) => ({ x: photo.x + far }),
      ArrowUp: (photo) => ({ y: photo.y - far }),
      ArrowDown: (photo) => ({ y: photo.y + far }),
      "+": (photo) => ({ zoom: photo.zoom * ZOOM }),
      "=": (photo) => ({ zoom: photo.zoom * ZOOM }),
      "-": (photo) => ({ zoom: photo.zoom / ZOOM }),
      "[": (photo) => ({ rotation: photo.rotation - turn }),
      "]": (photo) => ({ rotation: photo.rotation + turn }),
      "{": (photo) => ({ rotation: photo.rotation - TURNS }),
      "}": (photo) => ({ rotation: photo.rotation + TURNS }),
      "0": () => ({ x: 0, y: 0, zoom: 1, rotation: 0 }),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    this.#change(does, `key ${event.key}`);
  }
}

function round(value) {
  return Math.round(value * 10000) / 10000;
}

function turned(degrees) {
  const by = ((degrees % 360) + 360) % 360;
  return by > 180 ? by - 360 : by;
}
