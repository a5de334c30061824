/* Upload a photo: chosen, dropped, or taken with the camera; with progress, and to be stopped.
 * fetch() tells nothing about how much was sent, so it is an XMLHttpRequest. */

import { token } from "print-shop/api";

const BYTES = 40 * 1024 * 1024;
const KINDS = ["image/jpeg", "image/png", "image/webp"];

/* Ids: photo, camera, upload, upload-name, upload-bar, upload-words, upload-stop, photo-error.
 * taken(photo) is called with what the server answers. */
export function uploads({ drop, taken, before = () => true }) {
  const of = (id) => document.getElementById(id);
  const input = of("photo"), camera = of("camera");
  let request = null;

  function wrong(words) {
    of("photo-error").textContent = words;
    input.setAttribute("aria-invalid", words ? "true" : "false");
    if (words) of("upload").hidden = true;
  }

  function start(file) {
    if (!file) return;
    wrong("");
    if (file.type && !KINDS.includes(file.type)) {
      return wrong(/hei[cf]/.test(file.type)
        ? "This is a HEIC photo, which we cannot read. Save it as JPEG, or take it with the camera set to “most compatible”."
        : "That is no photo we can read. Choose a JPEG, PNG or WebP.");
    }
    if (file.size > BYTES) return wrong("The photo is larger than 40 MB. Choose a smaller one.");
    if (file.size === 0) return wrong("The file is empty. Choose another one.");
    if (!before()) return;
    request?.abort();
    const mine = (request = new XMLHttpRequest());
    of("upload").hidden = false;
    of("upload-name").textContent = file.name;
    of("upload-bar").value = 0;
    of("upload-words").textContent = "Uploading …";
    mine.upload.onprogress = ({ loaded, total }) => {
      of("upload-bar").value = (loaded / total) * 100;
      if (loaded === total) of("upload-words").textContent = "Looking at it …";
    };
    mine.onload = () => {
      let told = {};
      try { told = JSON.parse(mine.responseText); } catch { /* said below */ }
      request = null;
      of("upload").hidden = true;
      if (mine.status === 201) return taken(told);
      if (mine.status === 429) {
        const seconds = mine.getResponseHeader("Retry-After") || "some";
        return wrong(`That were many photos at once. Try again in ${seconds} seconds.`);
      }
      wrong(told.detail || "The photo could not be taken in. Try again.");
    };
    mine.onerror = () => { request = null; wrong("The connection was lost. Choose the photo again."); };
    mine.onabort = () => { if (request === mine) request = null; of("upload").hidden = true; };
    const form = new FormData();
    form.append("photo", file, file.name);
    mine.open("POST", "/api/photos/");
    mine.setRequestHeader("X-CSRFToken", token());
    mine.setRequestHeader("Accept", "application/json");
    mine.send(form);
  }

  for (const each of [input, camera]) {
    each?.addEventListener("change", () => start(each.files[0]));
    // So that the same file can be chosen once more.
    each?.addEventListener("click", () => { each.value = ""; });
  }
  // Chosen before this module was there.
  if (input.files.length) start(input.files[0]);
  of("upload-stop").addEventListener("click", () => {
    request?.abort();
    of("photo-error").textContent = "Stopped. Nothing was kept.";
    input.focus();
  });
  // A camera to point at somebody is what touch devices have.
  if (matchMedia("(pointer: coarse)").matches) {
    document.querySelectorAll(".camera").forEach((each) => { each.hidden = false; });
  }
  if (drop) {
    let depth = 0;
    drop.addEventListener("dragenter", () => { depth += 1; drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => { depth -= 1; if (!depth) drop.classList.remove("over"); });
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      drop.classList.remove("over");
      start(event.dataTransfer.files[0]);
    });
    // A photo that misses must not replace the page.
    for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
  }
}
