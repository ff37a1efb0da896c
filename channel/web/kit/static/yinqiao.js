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
// A telephone that rings, without a file: a second of 450 Hz, three of silence, over and over. A loop
// of the sound's own goes on in a window that is behind others, where timers are held back.
var bell = null, speaker = null;
function ring(rings) {
  if (!window.AudioContext || !rings === !bell) return;
  if (!rings) { bell.stop(); bell = null; return; }
  if (!speaker) {
    speaker = new AudioContext();
    document.addEventListener("pointerdown", function () { speaker.resume(); }); // some browsers wait for a hand
    document.addEventListener("keydown", function () { speaker.resume(); });
  }
  var rate = speaker.sampleRate, sound = speaker.createBuffer(1, 4 * rate, rate), wave = sound.getChannelData(0);
  for (var i = 0; i < rate; i++) wave[i] = .3 * Math.sin(2 * Math.PI * 450 * i / rate) * Math.min(1, i / 400, (rate - i) / 400);
  bell = speaker.createBufferSource();
  bell.buffer = sound;
  bell.loop = true;
  bell.connect(speaker.destination);
  bell.start();
}
document.querySelectorAll("[data-ring-try]").forEach(function (b) {
  if (!window.AudioContext) return;
  b.hidden = false;
  b.addEventListener("click", function () { if (!bell) { ring(b); setTimeout(function () { ring(document.querySelector("[data-rings]")); }, 1200); } });
});
// What changes by itself, as callers do: the server tells that it has, and the page asks for
// itself. Without a script one presses 刷新.
document.querySelectorAll("[data-live]").forEach(function (region) {
  if (!window.EventSource) return;
  var asking = false, again = false;
  function goesTo(b) { return b.getAttribute("href") || b.form && b.form.getAttribute("action"); }
  function show(text) {
    var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById(region.id), at = document.activeElement;
    if (!fresh || fresh.innerHTML === region.innerHTML) return;
    if (region.contains(at) && /^(SELECT|INPUT|TEXTAREA)$/.test(at.tagName)) return; // somebody is choosing
    var to = region.contains(at) && goesTo(at);
    region.innerHTML = fresh.innerHTML;
    if (to) region.querySelectorAll("a, button").forEach(function (b) { if (goesTo(b) === to) b.focus(); });
    document.title = page.title;
    document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").getAttribute("href");
    ring(region.querySelector("[data-rings]"));
  }
  function ask() { // one question at a time: what changes meanwhile is asked once, afterwards
    if (asking) { again = true; return; }
    asking = true; again = false;
    fetch(location.href, { credentials: "same-origin", headers: { "X-Live": "1" } }).then(function (a) { return a.text(); }).then(show).catch(function () {}).then(function () {
      asking = false;
      if (again) ask();
    });
  }
  new EventSource(region.dataset.live).addEventListener("message", ask);
  ring(region.querySelector("[data-rings]"));
});
// The screen of a hall asks for what comes next. Without an answer, or with one that is not such
// a screen, it keeps what is there, says so, and asks again.
document.querySelectorAll("[data-every]").forEach(function (region) {
  var stale = document.getElementById("stale"), every = region.dataset.every * 1000, next;
  function ask() {
    clearTimeout(next);
    var give = new AbortController(), late = setTimeout(function () { give.abort(); }, every);
    fetch(region.dataset.next, { credentials: "same-origin", signal: give.signal }).then(function (a) {
      if (!a.ok) throw new Error(a.status);
      return a.text();
    }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById(region.id);
      if (!fresh) throw new Error("no screen");
      region.innerHTML = fresh.innerHTML;
      region.dataset.next = fresh.dataset.next;
      stale.hidden = true;
    }).catch(function () { stale.hidden = false; }).then(function () {
      clearTimeout(late);
      clearTimeout(next);
      next = setTimeout(ask, every);
    });
  }
  next = setTimeout(ask, every);
  addEventListener("online", ask);
});
// Answering opens the telephone in a small window, and the caller in this one.
document.addEventListener("click", function (e) {
  var a = e.target instanceof Element && e.target.closest("a[data-phone]");
  if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  window.open(a.href, "yinqiao-phone", "popup,width=460,height=520");
  if (a.dataset.phone) location.href = a.dataset.phone;
});
