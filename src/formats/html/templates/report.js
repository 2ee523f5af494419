(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const box = byId("rows");
  const bar = document.querySelector(".filters");
  const each = (list, act) => Array.prototype.forEach.call(list, act);

  const reveal = (details) => { for (let up = details; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true; };

  if (!box || !bar) {
    return;
  }

  const size = 100;
  const rows = Array.from(box.querySelectorAll(".rows > li"));
  const groups = Array.from(box.querySelectorAll(".group")).map((group) => ({ group, rows: Array.from(group.querySelectorAll(".rows > li")) }));
  const fields = { q: byId("q"), s: byId("s"), v: byId("v"), a: byId("a"), c: byId("c") };
  const chip = byId("chip");
  const paging = byId("paging");
  const number = new Intl.NumberFormat("en");
  const texts = new Map();
  let action = "";
  let page = 0;
  let matching = rows;

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const filter = () => {
    const words = fields.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { s: fields.s.value, v: fields.v.value, a: fields.a.value, c: fields.c.value, d: action };
    matching = rows.filter((row) => Object.keys(wanted).every((key) => !wanted[key] || (row.dataset[key] || "").split(" ").includes(wanted[key]))
      && words.every((word) => textOf(row).includes(word)));
  };

  // What is not assessed is no finding: a row stands for the verdicts of one check and cause.
  const isGap = (row) => row.dataset.v === "unknown";
  const allGaps = rows.filter(isGap).length;
  const of = (some, all, one, many) => number.format(some) + (some === all ? "" : " of " + number.format(all)) + (all === 1 ? one : many);
  const amount = () => {
    const gaps = matching.filter(isGap).length;
    const rest = matching.length - gaps;
    const parts = [];
    if (rest > 0 || gaps === 0) parts.push(of(rest, rows.length - allGaps, " finding", " findings"));
    if (gaps > 0) parts.push(of(gaps, allGaps, " row", " rows") + (gaps === allGaps ? " for " + box.dataset.verdicts : "") + " not assessed");
    return parts.join(" and ");
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(matching.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const from = page * size;
    const keep = new Map(matching.map((row, index) => [row, index >= from && index < from + size]));
    rows.forEach((row) => {
      row.hidden = !keep.has(row);
      row.classList.toggle("later", keep.get(row) === false);
    });
    groups.forEach(({ group, rows: own }) => {
      group.hidden = !own.some((row) => keep.get(row));
    });
    byId("nothing").hidden = matching.length > 0;
    const to = Math.min(from + size, matching.length);
    const range = pages > 1 ? number.format(from + 1) + " to " + number.format(to) + " of " : "";
    byId("showing").textContent = "Showing " + range + amount();
    paging.hidden = pages < 2;
    byId("page").textContent = "Page " + number.format(page + 1) + " of " + number.format(pages);
    byId("back").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
    chip.hidden = !action;
    chip.textContent = "Action " + action + " only ✕";
    chip.setAttribute("aria-label", "Action " + action + " only: remove this filter");
    byId("reset").disabled = matching.length === rows.length;
  };

  const address = (how, text) => { try { history[how](null, "", text); } catch { /* a viewer without history */ } };
  const toTop = () => { byId("findings-h").focus({ preventScroll: true }); byId("findings").scrollIntoView(); };

  const remember = () => {
    const state = new URLSearchParams();
    Object.keys(fields).forEach((key) => { if (fields[key].value) state.set(key, fields[key].value); });
    if (action) state.set("d", action);
    if (page) state.set("p", String(page + 1));
    const text = state.toString();
    address("replaceState", text ? "#findings?" + text : "#findings");
  };

  const changed = () => { page = 0; filter(); show(); remember(); };

  const clear = () => {
    Object.keys(fields).forEach((key) => { fields[key].value = ""; });
    action = "";
    page = 0;
  };

  const read = () => {
    const hash = location.hash;
    if (hash.startsWith("#findings?")) {
      const state = new URLSearchParams(hash.slice("#findings?".length));
      Object.keys(fields).forEach((key) => { fields[key].value = state.get(key) || ""; if (fields[key].value === "" && fields[key].tagName === "SELECT") fields[key].selectedIndex = 0; });
      action = /^\d{1,2}$/.test(state.get("d") || "") ? state.get("d") : "";
      page = (parseInt(state.get("p"), 10) || 1) - 1;
      filter();
      show();
      byId("findings").scrollIntoView();
      return;
    }
    const target = hash.length > 1 ? byId(hash.slice(1)) : null;
    const row = target ? target.closest(".rows > li") : null;
    if (row) {
      if (!matching.includes(row)) { clear(); filter(); }
      page = Math.floor(matching.indexOf(row) / size);
      show();
      row.querySelector("details").open = true;
    } else if (target) {
      reveal(target);
    }
    if (target) target.scrollIntoView();
  };

  let typing = 0;
  fields.q.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(changed, 150); });
  [fields.s, fields.v, fields.a, fields.c].forEach((field) => field.addEventListener("change", changed));
  chip.addEventListener("click", () => { action = ""; changed(); fields.q.focus(); });
  byId("reset").addEventListener("click", () => { clear(); changed(); fields.q.focus(); });
  const turn = (by) => { page += by; show(); remember(); toTop(); };
  byId("back").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  const openAll = (open) => each(box.querySelectorAll("li:not([hidden]):not(.later) > details"), (one) => { one.open = open; });
  byId("open").addEventListener("click", () => openAll(true));
  byId("close").addEventListener("click", () => openAll(false));
  each(document.querySelectorAll("a[data-d]"), (link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    clear();
    action = link.dataset.d;
    filter();
    show();
    address("pushState", "#findings?d=" + action);
    toTop();
  }));
  addEventListener("hashchange", read);
  addEventListener("popstate", () => { if (location.hash === "") { clear(); filter(); show(); } });

  bar.hidden = false;
  filter();
  show();
  read();
})();
