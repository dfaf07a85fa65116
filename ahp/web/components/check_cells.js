// The check matrix: a table whose cells say what is known of them when they are tapped.

export default function ({ data, parentElement, setTriggerValue }) {
  let host = parentElement.querySelector(".cells")
  if (!host) {
    host = document.createElement("div")
    host.className = "cells"
    parentElement.append(host)
  }
  if (host.shown !== data.table) {
    host.innerHTML = host.shown = data.table
  }
  host.onclick = ({ target }) => {
    const cell = target.closest("button[data-unit]")
    if (!cell) return
    setTriggerValue("cell", { unit: cell.dataset.unit, indicator: cell.dataset.indicator })
    document.querySelector(`.st-key-${data.below}`)?.scrollIntoView({ block: "center" })
  }
}
