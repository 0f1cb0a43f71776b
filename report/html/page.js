
"use strict";
(() => {
  const packs = new Map();

  // What an element holds as text: gzip, base64.
  function unzipped(id) {
    const text = document.getElementById(id).textContent.trim();
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  }

  function unpacked(name) {
    if (!packs.has(name)) packs.set(name, unzipped(`pack-${name}`).json());
    return packs.get(name);
  }

  // A pack is a JSON list of parts, a part a list of markup and of places of shared markup.
  async function markup(pack, part) {
    const [shared, parts] = await Promise.all([unpacked("shared"), unpacked(pack)]);
    return parts[part].map((piece) => (typeof piece === "number" ? shared[piece] : piece)).join("");
  }

  async function fill(details) {
    const { pack, part } = details.dataset;
    if (pack === undefined) return;
    delete details.dataset.pack;
    details.querySelector(".body").innerHTML = await markup(pack, part);
  }

  for (const details of document.querySelectorAll("details[data-pack]")) {
    details.addEventListener("toggle", () => { if (details.open) fill(details); });
  }

  async function open(place) {
    const details = /^#target-\d+$/.test(place) && document.querySelector(place);
    if (!details) return;
    await fill(details);
    details.open = true;
    details.scrollIntoView();
    details.querySelector("summary").focus({ preventScroll: true });
  }

  window.addEventListener("hashchange", () => open(location.hash));
  open(location.hash);

  const save = document.getElementById("save");
  save.hidden = false;
  save.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await unzipped("document").blob());
    link.download = "result.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  const table = document.getElementById("triage");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = document.getElementById("filter");
  const malicious = document.getElementById("malicious");
  const count = document.getElementById("count");

  function show() {
    const wanted = filter.value.toLowerCase();
    let shown = 0;
    rows.forEach((row, number) => {
      row.hidden = !texts[number].includes(wanted)
        || (malicious.checked && row.dataset.verdict !== "MALICIOUS");
      shown += row.hidden ? 0 : 1;
      document.getElementById(`target-${number}`).hidden = row.hidden;
    });
    count.textContent = count.dataset.form.replace("{shown}", shown).replace("{all}", rows.length);
  }

  function sort(heading) {
    const column = heading.cellIndex;
    const isNumber = heading.dataset.kind === "number";
    const descending = heading.getAttribute("aria-sort") !== "descending";
    const valueOf = (row) => {
      const text = row.cells[column].textContent;
      return isNumber ? parseFloat(text.replaceAll(",", "")) : text;
    };
    const missing = (value) => (isNumber ? Number.isNaN(value) : value === "");
    const order = (one, other) => {
      const [a, b] = [valueOf(one), valueOf(other)];
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const found = isNumber ? a - b : a.localeCompare(b, undefined, { numeric: true });
      return descending ? -found : found;
    };
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    body.append(...[...rows].sort(order));
  }

  for (const heading of table.tHead.rows[0].cells) {
    heading.querySelector("button").addEventListener("click", () => sort(heading));
  }
  filter.addEventListener("input", show);
  malicious.addEventListener("change", show);
  table.closest("section").querySelector(".controls").hidden = false;
  show();
})();
