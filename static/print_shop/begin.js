/* The first page of the designer: the photo is uploaded as soon as it is chosen. */

import { ask } from "print-shop/api";
import { uploads } from "print-shop/upload";

const form = document.getElementById("begin");
const size = () => form.querySelector("input[name=size]:checked")?.value;
form.classList.add("is-scripted");

uploads({
  drop: document.getElementById("drop"),
  before() {
    const chosen = Boolean(size());
    document.getElementById("size-error").textContent =
      chosen ? "" : "Choose what it is printed on first.";
    return chosen;
  },
  async taken(photo) {
    const words = document.getElementById("upload-words");
    document.getElementById("upload").hidden = false;
    words.textContent = "Opening the designer …";
    try {
      const design = await ask("POST", "/api/designs/", { body: { size: size(), photo: photo.id } });
      location.assign(`${form.dataset.design}${design.id}/`);
    } catch (error) {
      document.getElementById("upload").hidden = true;
      document.getElementById("photo-error").textContent = error.message;
    }
  },
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("photo-error").textContent = "Choose a photo first.";
  document.getElementById("photo").focus();
});
