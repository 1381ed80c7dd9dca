// Lets a reader choose between the versions of the site: each has a folder, and ../versions.js lists them.
document.addEventListener("DOMContentLoaded", () => {
  const versions = window.siteVersions || [];
  const box = document.querySelector(".versions");
  if (!box || versions.length < 2) return;
  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const here = root.pathname.split("/").filter(Boolean).pop();
  const choice = box.querySelector("select");
  for (const version of versions) choice.add(new Option(version, version, version === here, version === here));
  choice.addEventListener("change", () => location.assign(new URL(`../${choice.value}/index.html`, root)));
  box.hidden = false;
});
