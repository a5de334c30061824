/* The form's controls and the design's document: one writes the other. A control's name is its
 * place in the document, such as "frame.colour". */

export function read(doc, control) {
  const [section, key] = control.name.split(".");
  const value = control.type === "range" ? Number(control.value) : control.value;
  return { ...doc, [section]: { ...doc[section], [key]: value } };
}

export function backdropOf(value) {
  const [kind, ...colours] = value.split(" ");
  return { kind, colours };
}

/* Show a document in all controls, e.g. after undo; the one that is typed in is left alone. */
export function write(form, doc, size) {
  for (const control of form.elements) {
    if (!control.name || control === document.activeElement && control.type === "text") continue;
    if (control.name === "size") control.checked = control.value === size;
    if (control.name === "backdrop") {
      control.checked = control.value === `${doc.background.kind} ${doc.background.colours.join(" ")}`;
    }
    const [section, key] = control.name.split(".");
    if (!key || doc[section]?.[key] === undefined) continue;
    const value = doc[section][key];
    if (control.type === "radio") control.checked = control.value === String(value);
    else if (control.value !== String(value)) control.value = value;
    if (control.type === "range") spell(control);
  }
  for (const own of form.querySelectorAll("[data-colour-of]")) {
    const [section, key] = own.dataset.colourOf.split(".");
    own.value = doc[section][key];
    own.parentElement.classList.toggle("chosen", !form.querySelector(
      `input[type=radio][name="${own.dataset.colourOf}"]:checked`));
  }
  const own = (id) => form.querySelector(`#${id}`);
  own("background-kind").value = doc.background.kind;
  own("background-top").value = doc.background.colours[0];
  own("background-bottom").value = doc.background.colours.at(-1);
}

/* Sliders say their value in words people use. */
export function spell(slider) {
  const unit = slider.dataset.unit ?? "";
  const value = Number(slider.value);
  const words = unit ? `${Math.round(value)}${unit}`
    : slider.name === "photo.zoom" ? `${value.toFixed(2)} times`
    : `${Math.round(value * 100)} %`;
  slider.setAttribute("aria-valuetext", words);
}
