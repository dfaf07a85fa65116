// Each picture becomes an interactive chart; the picture stays for print.
for (const place of document.querySelectorAll(".interactive")) {
  const chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const save = {
    name: "save",
    title: place.dataset.save,
    icon: Plotly.Icons.camera,
    click: (drawn) =>
      Plotly.downloadImage(drawn, { format: "png", scale: 2, filename: place.dataset.name }),
  };
  place.hidden = false;
  const config = { responsive: true, displaylogo: false, modeBarButtons: [[save]] };
  Plotly.newPlot(place, chart.data, chart.layout, config)
    .then(() => place.parentElement.classList.add("live"));
}
