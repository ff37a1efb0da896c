// The telephone in the browser: it needs a script, since only a script gets the microphone. Who
// has none answers on the telephone on the desk.
"use strict";
(function () {
  var hangup = document.getElementById("phone-close"), phone = document.getElementById("phone"), says = document.getElementById("phone-says"), sound = document.getElementById("phone-sound"), mute = document.getElementById("phone-mute");
  if (!phone) return;
  function say(text) { says.textContent = text; }
  function refused(why) {
    say(why && why.name === "NotAllowedError" ? "浏览器没有让网页用话筒。请点地址栏旁边的话筒，选「允许」，再接一次；或者用桌上的电话接。" :
      why && why.name === "NotFoundError" ? "这台电脑没有找到话筒。请插好耳机话筒再接；或者用桌上的电话接。" : (why && why.message) || "没有接通，请再接一次。");
  }
  function gathered(pc) {
    return new Promise(function (done) {
      if (pc.iceGatheringState === "complete") return done();
      pc.addEventListener("icegatheringstatechange", function () { if (pc.iceGatheringState === "complete") done(); });
    });
  }
  if (!navigator.mediaDevices || !window.RTCPeerConnection) { say("这个浏览器不能接电话。请换一个新一点的，或者用桌上的电话接。"); return; }
  say("正在接……");
  if (hangup) {
    hangup.hidden = false;
    hangup.addEventListener("click", function () { pc.close(); window.close(); });
  }
  var up = false, pc = window.yinqiaoPhone = new RTCPeerConnection();
  pc.addEventListener("track", function (e) { sound.srcObject = e.streams[0] || new MediaStream([e.track]); });
  pc.addEventListener("connectionstatechange", function () {
    if (pc.connectionState === "connected") { up = true; say(hangup ? "正在打过去，请听……" : "已经接通，请说话。"); mute.hidden = false; }
    if (pc.connectionState === "failed" || pc.connectionState === "closed") { say(up || hangup ? "电话挂了，可以关上这个小窗口。" : "没有接通，老人还在等。请再接一次，还不行就用桌上的电话接。"); mute.hidden = true; }
  });
  // The other side tells that it has hung up by closing what the call runs over.
  pc.addEventListener("iceconnectionstatechange", function () { if (pc.iceConnectionState === "disconnected") say("听不见对方，正在再接……"); });
  navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }).then(function (mic) {
    var track = mic.getAudioTracks()[0];
    pc.addTrack(track, mic);
    mute.addEventListener("click", function () {
      track.enabled = !track.enabled;
      mute.setAttribute("aria-pressed", String(!track.enabled));
      mute.textContent = track.enabled ? "我先不出声" : "接着说话";
    });
    return pc.createOffer();
  }).then(function (offer) { return pc.setLocalDescription(offer); }).then(function () { return gathered(pc); }).then(function () {
    return fetch(phone.dataset.answer, { method: "POST", credentials: "same-origin", body: new URLSearchParams({ offer: pc.localDescription.sdp }) });
  }).then(function (res) {
    return res.text().then(function (text) {
      if (!res.ok) throw new Error(res.headers.get("Content-Type").indexOf("text/plain") === 0 ? text : "没有接通，请再接一次。");
      return pc.setRemoteDescription({ type: "answer", sdp: text });
    });
  }).catch(function (why) { refused(why); pc.close(); });
  window.addEventListener("pagehide", function () { pc.close(); });
})();
