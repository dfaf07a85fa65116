// Saaty's 17 positions between two names. Python gives the texts, the click goes back with an id
// of its own, so that a repeated send is the same answer.

function uniqueId() {
  // crypto.randomUUID needs HTTPS; offices run this on plain HTTP too
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

function element(tag, className, text) {
  const found = document.createElement(tag)
  found.className = className
  if (text !== undefined) found.textContent = text
  return found
}

function card(item, side) {
  const found = element("div", `card ${side}`)
  found.append(element("div", "name", item.name), element("div", "explanation", item.explanation))
  return found
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = element("div", "comparison")
  root.dataset.pair = data.pair
  root.setAttribute("role", "group")
  root.setAttribute("aria-label", data.question)
  const sentence = element("div", "sentence")
  const saved = data.positions.find((position) => position.value === data.value)
  const show = (position) => {
    sentence.textContent = position ? position.sentence : ""
  }

  const button = (position) => {
    const found = element("button", "position")
    found.type = "button"
    found.append(
      element("span", "step", position.step),
      element("span", "word", position.word),
    )
    found.setAttribute("aria-label", position.sentence)
    found.setAttribute("aria-pressed", String(position === saved))
    // a mouse that rests where the last choice was made must not look like a choice
    found.onmousemove = (event) => {
      if (event.movementX || event.movementY) show(position)
    }
    found.onfocus = () => show(position)
    found.onmouseleave = found.onblur = () => show(saved)
    found.onclick = () => {
      root.classList.add("busy")
      found.classList.add("sending")
      setTriggerValue("answer", { pair: data.pair, value: position.value, id: uniqueId() })
      // an answer that got lost with the connection can be given again
      setTimeout(() => {
        root.classList.remove("busy")
        found.classList.remove("sending")
      }, 3000)
    }
    return found
  }

  const side = (name, label, positions) => {
    const found = element("div", `side ${name}`)
    const row = element("div", "row")
    row.append(...positions.map(button))
    found.append(element("div", "more", label), row)
    return found
  }

  const scale = element("div", "scale")
  const equal = element("div", "side equal")
  equal.append(button(data.positions[8]))
  scale.append(
    side("left", data.left.more, data.positions.slice(0, 8)),
    equal,
    side("right", data.right.more, data.positions.slice(9)),
  )
  const names = element("div", "names")
  names.append(card(data.left, "left"), element("div", "versus", "⟷"), card(data.right, "right"))
  show(saved)
  root.append(names, scale, sentence)
  parentElement.querySelector(".comparison")?.remove()
  parentElement.append(root)
}
