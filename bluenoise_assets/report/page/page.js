// What the page does beyond being read: sorting, filtering, sliders, moving frames, and pictures whose texels are whole
// device pixels. All of it is added to finished HTML, so that the page is complete without. `bluenoise.dress(element)`
// does it for an element, once; live.js calls it for what is new.
"use strict";

const bluenoise = (() => {
  const FRAME_SECONDS = 1 / 15;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const table = () => document.getElementById("textures");
  const rows = () => all(table() ?? document, "tbody tr[data-for]");

  // Sorting ---------------------------------------------------------------------------------------------------------

  function addButton(th) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener("click", () => {
      const direction = th.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of all(table(), "th[aria-sort]")) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", direction);
      sort();
    });
  }

  // By the column that says so; rows without a value come last, whichever the direction is.
  function sort() {
    const th = table()?.querySelector("th[aria-sort]");
    if (!th) return;
    const sign = th.getAttribute("aria-sort") === "ascending" ? 1 : -1;
    const isNumber = th.dataset.sort === "number";
    const value = (row) => {
      const cell = row.cells[th.cellIndex];
      const text = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
      return isNumber && text !== "" ? Number(text) : text;
    };
    const compare = isNumber ? (a, b) => a - b : (a, b) => a.localeCompare(b, undefined, { numeric: true });
    const keyed = rows().map((row) => [value(row), row]);
    const before = keyed.map(([, row]) => row);
    keyed.sort(([a], [b]) => (a === "") - (b === "") || (a === "" ? 0 : sign * compare(a, b)));
    const after = keyed.map(([, row]) => row);
    if (after.some((row, index) => row !== before[index])) table().tBodies[0].append(...after); // a move ends the focus
  }

  // Filtering -------------------------------------------------------------------------------------------------------

  function filter() {
    const field = document.getElementById("filter");
    if (!field) return;
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows()) {
      const text = (row.dataset.text ?? row.textContent).toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
      const section = document.getElementById(row.dataset.for);
      if (section) section.hidden = row.hidden;
    }
    const count = field.parentElement.querySelector("output");
    if (count) count.textContent = words.length ? `${shown} of ${rows().length}` : "";
    fit(document); // what was hidden has had no width
  }

  function addFilter() {
    const field = document.getElementById("filter");
    if (!field) return;
    const count = document.createElement("output");
    count.htmlFor = "filter";
    field.after(count);
    field.addEventListener("input", filter);
    if (field.value) filter(); // a browser that reloads keeps what was typed
  }

  // Exact pictures --------------------------------------------------------------------------------------------------

  function texels(picture) {
    if (picture.tagName === "CANVAS") return [picture.width, picture.height];
    if (picture.tagName === "IMG") return [picture.naturalWidth, picture.naturalHeight];
    return [picture.viewBox.baseVal.width, picture.viewBox.baseVal.height];
  }

  // A texel is a whole number of device pixels, at most `data-scale` CSS pixels and as many as there is room for; and
  // the picture begins at one.
  function fit(root) {
    const density = devicePixelRatio;
    const pictures = all(root, ".exact").filter((one) => one.getClientRects().length);
    for (const one of pictures) one.style.left = one.style.top = "";
    const rooms = pictures.map((one) => (one.closest("figure") ?? one).parentElement.clientWidth);
    pictures.forEach((one, index) => {
      const [width, height] = texels(one);
      if (!width) return;
      const room = Math.floor((rooms[index] * density) / width);
      const pixels = Math.max(1, Math.min(Math.floor(Number(one.dataset.scale ?? 1) * density), room));
      one.style.width = `${(width * pixels) / density}px`;
      one.style.height = `${(height * pixels) / density}px`;
      one.style.maxWidth = "none";
    });
    const off = (at) => (Math.round(at * density) - at * density) / density;
    const places = pictures.map((one) => one.getBoundingClientRect());
    pictures.forEach((one, index) => {
      if (getComputedStyle(one).position === "static") one.style.position = "relative";
      one.style.left = `${off(places[index].left + scrollX)}px`;
      one.style.top = `${off(places[index].top + scrollY)}px`;
    });
  }

  function watchDensity() {
    const media = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    media.addEventListener("change", () => (fit(document), watchDensity()), { once: true });
  }

  // Before and after ------------------------------------------------------------------------------------------------

  function addSlider(figure) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 100, value: 50, step: 1 });
    slider.setAttribute("aria-label", figure.dataset.label ?? "Before and after: how much is shown of the one before");
    const cut = () => figure.style.setProperty("--cut", `${slider.value}%`);
    slider.addEventListener("input", cut);
    cut();
    figure.append(slider);
  }

  // Frames ----------------------------------------------------------------------------------------------------------

  // In place of a strip of frames, one above the other, a canvas that shows them in turn while it can be seen.
  function addPlayer(strip) {
    const [frames, width, height] = ["frames", "width", "height"].map((name) => Number(strip.dataset[name]));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height, className: "exact" });
    canvas.dataset.scale = strip.dataset.scale ?? 2;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", strip.alt);
    const button = document.createElement("button");
    button.type = "button";
    const context = canvas.getContext("2d");
    let frame = 0;
    let isPlaying = !still.matches;
    let isSeen = false;
    let timer = 0;
    const draw = () => context.drawImage(strip, 0, frame * height, width, height, 0, 0, width, height);
    const step = () => {
      if (!canvas.isConnected) return clearInterval(timer); // another section has come in its place
      frame = (frame + 1) % frames;
      draw();
    };
    const run = () => {
      clearInterval(timer);
      button.textContent = isPlaying ? "Pause" : "Play";
      if (isPlaying && isSeen) timer = setInterval(step, 1000 * FRAME_SECONDS);
    };
    button.addEventListener("click", () => ((isPlaying = !isPlaying), run()));
    still.addEventListener("change", () => ((isPlaying = !still.matches), run()));
    new IntersectionObserver((entries) => ((isSeen = entries.at(-1).isIntersecting), run())).observe(canvas);
    (strip.closest(".reel") ?? strip).replaceWith(canvas, button);
    strip.decode().then(draw, () => {});
    run();
  }

  // -----------------------------------------------------------------------------------------------------------------

  function dress(root) {
    all(root, "figure.compare").forEach(addSlider);
    all(root, "img.frames").forEach(addPlayer);
    const pictures = all(root, "img.exact");
    Promise.allSettled(pictures.map((one) => one.decode())).then(() => fit(root));
  }

  all(document, "#textures th[data-sort]").forEach(addButton);
  addFilter();
  dress(document);
  watchDensity();
  addEventListener("resize", () => fit(document));

  return { dress, arrange: () => (sort(), filter()) };
})();
