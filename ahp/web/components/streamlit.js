// Streamlit's page as scripts see it; Python puts it in front of what needs it.

/** How the page stands; where it stops telling, it counts as connected and idle. */
function pageState() {
  const told = document.querySelector(".stApp")?.dataset ?? {}
  const connected = (told.testConnectionState ?? "CONNECTED") === "CONNECTED" && navigator.onLine
  return { connected, idle: connected && (told.testScriptState ?? "notRunning") === "notRunning" }
}

/**
 * Do it as soon as nothing has the focus, within a second and a half: it falls to the page when
 * Streamlit removes or disables what was pressed, some time after the new screen is drawn.
 */
function whenFree(act) {
  const until = performance.now() + 1500
  const look = () => {
    if (!document.activeElement || document.activeElement === document.body) act()
    else if (performance.now() < until) requestAnimationFrame(look)
  }
  look()
}
