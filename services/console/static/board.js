// Refreshes the live part every two seconds; says so when the server does not answer.
const board = document.getElementById("board");
const freshness = document.getElementById("freshness");

async function refresh() {
  try {
    const answer = await fetch("/board", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = await answer.text();
    if (page !== board.dataset.shown) {
      board.innerHTML = page;
      board.dataset.shown = page;
    }
    freshness.textContent = "最新 live";
    freshness.className = "";
  } catch {
    freshness.textContent = "▲ 接続が切れています / not connected";
    freshness.className = "bad";
  }
}

setInterval(refresh, 2000);
