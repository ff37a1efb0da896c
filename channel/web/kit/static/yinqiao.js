// Enhancements only: every page works without this file.
"use strict";
// Single keys, for staff: "/" moves to the search box, 1 to 9 press what is marked so.
// Never while somebody types or composes Chinese; who dictates can turn them off.
document.addEventListener("keydown", function (e) {
  if (document.documentElement.dataset.keys === "off" || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  var t = e.target;
  if (t instanceof Element && t.closest("input, textarea, select, [contenteditable]")) return;
  var to = e.key === "/" ? document.querySelector("input[type=search]") : /^[1-9]$/.test(e.key) && document.querySelector("[data-key='" + e.key + "']");
  if (!to) return;
  e.preventDefault();
  if (e.key === "/") to.focus(); else to.click();
});
// Printing needs a script to start; the button shows only where it can.
document.querySelectorAll("[data-print]").forEach(function (b) {
  b.hidden = false;
  b.addEventListener("click", function () { window.print(); });
});
// A page with errors begins at their list.
var wrong = document.querySelector(".wrong");
if (wrong) wrong.focus();
// A card laid on the reader opens by itself while the workbench is in sight.
document.querySelectorAll("form[data-read]").forEach(function (form) {
  var busy = false;
  setInterval(function () {
    if (busy || document.hidden) return;
    busy = true;
    fetch(form.dataset.read, { credentials: "same-origin" }).then(function (a) { return a.text(); }).then(function (page) {
      if (page.indexOf('data-waiting="1"') >= 0) form.submit(); else busy = false;
    }).catch(function () { busy = false; });
  }, 2000);
});
// Whoever asks to be read to need not press the player too.
document.querySelectorAll("details.aloud").forEach(function (d) {
  d.addEventListener("toggle", function () {
    var sound = d.querySelector("audio");
    if (d.open) sound.play().catch(function () {}); else sound.pause();
  });
});
// What changes by itself, as callers do: the server tells that it has, and the page asks for
// itself. Without a script one presses 刷新.
document.querySelectorAll("[data-live]").forEach(function (region) {
  if (!window.EventSource) return;
  new EventSource(region.dataset.live).addEventListener("message", function () {
    fetch(location.href, { credentials: "same-origin" }).then(function (a) { return a.text(); }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById(region.id);
      if (!fresh || fresh.innerHTML === region.innerHTML) return;
      if (region.contains(document.activeElement) && /^(SELECT|INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) return; // somebody is choosing
      region.innerHTML = fresh.innerHTML;
      document.title = page.title;
    }).catch(function () {});
  });
});
// Answering opens the telephone in a small window, and the caller in this one.
document.addEventListener("click", function (e) {
  var a = e.target instanceof Element && e.target.closest("a[data-phone]");
  if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  window.open(a.href, "yinqiao-phone", "popup,width=460,height=520");
  if (a.dataset.phone) location.href = a.dataset.phone;
});
