// The page while a watch goes on: what the server tells is put in its place.
"use strict";

(() => {
  const AGAIN_MILLISECONDS = 3000;
  const page = document.documentElement;
  const title = document.title;
  let last = page.dataset.live; // the id of the last event that the page has in it
  let source = null;

  const element = (name, text, className) => Object.assign(document.createElement(name), { textContent: text, className });

  function parsed(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  // In the place of the old one, or behind `after`, or as the first in `parent`.
  function put(old, html, after, parent) {
    const fresh = parsed(html);
    const keep = old ? using(old) : () => {};
    if (old) old.replaceWith(fresh);
    else if (after) after.after(fresh);
    else parent?.prepend(fresh);
    bluenoise.dress(fresh);
    keep(fresh);
  }

  // What somebody is at in an element, to be done to the one in its place: what is open, the slider, the focus.
  function using(old) {
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    const value = old.querySelector("input[type=range]")?.value;
    const parts = "a, button, input, summary, [tabindex]";
    const focus = [...old.querySelectorAll(parts)].indexOf(document.activeElement);
    return (fresh) => {
      fresh.querySelectorAll("details").forEach((one, index) => (one.open = open[index] ?? false));
      const slider = fresh.querySelector("input[type=range]");
      if (slider && value !== undefined) {
        slider.value = value;
        slider.dispatchEvent(new Event("input"));
      }
      if (focus >= 0) fresh.querySelectorAll(parts)[focus]?.focus({ preventScroll: true });
    };
  }

  const rowOf = (id) => document.querySelector(`tr[data-for="${CSS.escape(id)}"]`);

  const told = {
    texture({ id, row, section, after }) {
      const old = document.getElementById(id);
      put(old, section, after && document.getElementById(after), document.getElementById("sections"));
      put(rowOf(id), row, after && rowOf(after), document.querySelector("#textures tbody"));
      bluenoise.arrange();
    },
    gone({ id }) {
      document.getElementById(id)?.remove();
      rowOf(id)?.remove();
      bluenoise.arrange();
    },
    summary({ html }) {
      const summary = document.getElementById("summary");
      if (summary) summary.innerHTML = html;
    },
    problems({ problems }) {
      const section = document.getElementById("problems");
      section.hidden = problems.length === 0;
      const list = document.createElement("ul");
      for (const { place, text } of problems) {
        const item = document.createElement("li");
        if (place) item.append(element("code", place), " ");
        item.append(text);
        list.append(item);
      }
      const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      section.replaceChildren(...(problems.length ? [element("h2", count), list] : []));
      document.title = problems.length ? `(${problems.length}) ${title}` : title;
    },
    progress({ whole, text }) {
      const place = document.getElementById("progress");
      place.hidden = whole === null;
      if (place.hidden) return place.replaceChildren();
      if (!place.querySelector("progress")) {
        const bar = Object.assign(document.createElement("progress"), { max: 1 });
        bar.setAttribute("aria-label", "The build");
        place.replaceChildren(bar, element("span", ""));
      }
      place.firstChild.value = whole;
      place.lastChild.textContent = text;
    },
    reload() {
      location.reload();
    },
  };

  function connect() {
    source?.close();
    source = new EventSource(`/events?after=${encodeURIComponent(last)}`);
    for (const [name, take] of Object.entries(told)) {
      source.addEventListener(name, (event) => {
        take(JSON.parse(event.data));
        last = event.lastEventId || last;
      });
    }
    source.addEventListener("open", () => {
      if (page.dataset.connected === "no") told.progress({ whole: null });
      page.dataset.connected = "yes";
    });
    source.addEventListener("error", () => {
      page.dataset.connected = "no";
      const place = document.getElementById("progress");
      place.hidden = false;
      place.replaceChildren(element("span", "The watch has ended; this page waits for it."));
      // a watch that has ended, or too many pages: the browser gives up where it got an answer that is no stream
      if (source.readyState === EventSource.CLOSED) setTimeout(() => document.hidden || connect(), AGAIN_MILLISECONDS);
    });
  }

  // A browser has six connections to a server, for all its pages together: those that nobody sees need none.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (!document.hidden) connect();
  });
  if (!document.hidden) connect();
})();
