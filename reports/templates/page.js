(function () {
  "use strict";
  var plots = Array.prototype.slice.call(document.querySelectorAll(".plot"));
  var folded = [];
  var PAPER = 660; // px of a printed line on Letter and A4
  var NARROW = 520;

  plots.forEach(function (plot) {
    if (!window.Plotly) return;
    var figure = JSON.parse(document.getElementById(plot.id.replace(/-plot$/, "-data")).textContent);
    plot.textContent = "";
    if (plot.clientWidth < NARROW) {
      figure.layout.font.size = 11;
      if (figure.layout.xaxis.nticks) figure.layout.xaxis.nticks = 3;
      figure.layout.margin.r = Math.min(figure.layout.margin.r, 90);
    }
    Plotly.newPlot(plot, figure.data, figure.layout, {
      responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false
    }).then(function () { plot.setAttribute("data-drawn", "yes"); });
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
