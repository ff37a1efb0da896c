// Enhancements only: every page works without this file.
"use strict";
// "/" moves to the search box, but never while somebody types or composes Chinese.
document.addEventListener("keydown", function (e) {
  if (e.key !== "/" || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  var t = e.target;
  if (t instanceof Element && t.closest("input, textarea, select, [contenteditable]")) return;
  var box = document.querySelector("input[type=search]");
  if (box) { e.preventDefault(); box.focus(); }
});
// Printing needs a script to start; the button shows only where it can.
document.querySelectorAll("[data-print]").forEach(function (b) {
  b.hidden = false;
  b.addEventListener("click", function () { window.print(); });
});
// A page with errors begins at their list.
var wrong = document.querySelector(".wrong");
if (wrong) wrong.focus();
