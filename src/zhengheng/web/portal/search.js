// Search in the list of units and indicators. Without this script the whole list on the page serves.
const field = document.querySelector("#query"), list = document.querySelector("#found"), said = document.querySelector("#said");
const items = [...list.querySelectorAll("li")];
document.querySelector("#search").hidden = false;
const show = () => {
  const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const item of items) {
    item.hidden = !words.every((word) => item.dataset.words.toLowerCase().includes(word));
    count += !item.hidden;
  }
  said.textContent = `${count} / ${items.length}`;
};
field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", show);
show();
