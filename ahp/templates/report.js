// Each picture becomes an interactive chart; the picture stays for print.
for (const place of document.querySelectorAll(".interactive")) {
  const chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  place.hidden = false;
  Plotly.newPlot(place, chart.data, chart.layout, { responsive: true, displaylogo: false })
    .then(() => place.parentElement.classList.add("live"));
}
