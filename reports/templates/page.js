(function () {
  "use strict";
  var plots = Array.prototype.slice.call(document.querySelectorAll(".plot"));
  var folded = [];
  var PAPER = 660; // px of a printed line on Letter and A4
  var NARROW = 520;
  var PRINTED = document.documentElement.hasAttribute("data-print");

  if (PRINTED) document.querySelectorAll("details").forEach(function (part) { part.open = true; });

  plots.forEach(function (plot) {
    if (!window.Plotly) return;
    var figure = JSON.parse(document.getElementById(plot.id.replace(/-plot$/, "-data")).textContent);
    plot.textContent = "";
    if (PRINTED) figure.layout.width = PAPER;
    if (plot.clientWidth < NARROW) {
      figure.layout.font.size = 11;
      if (figure.layout.xaxis && figure.layout.xaxis.nticks) figure.layout.xaxis.nticks = 3;
      figure.layout.margin.r = Math.min(figure.layout.margin.r, 90);
    }
    Plotly.newPlot(plot, figure.data, figure.layout, {
      responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false
    }).then(function () { plot.setAttribute("data-drawn", "yes"); });
  });

  document.querySelectorAll(".measures").forEach(function (choice) {
    choice.addEventListener("change", function (event) {
      var plot = document.getElementById(choice.getAttribute("data-of"));
      if (!window.Plotly || !plot.data) return;
      Plotly.restyle(plot, { visible: plot.data.map(function (_, at) { return String(at) === event.target.value; }) });
    });
  });

  function resize(width) {
    plots.forEach(function (plot) {
      if (window.Plotly && plot.data) Plotly.relayout(plot, width ? { width: width } : { width: null, autosize: true });
    });
  }
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (part) { part.open = true; });
    resize(PAPER);
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (part) { part.open = false; });
    resize(null);
  });
})();
