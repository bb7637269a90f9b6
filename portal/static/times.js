// Times of which the server does not know by whose clock they are read ("data-local") are told by
// the clock of this browser. Without this script they stand in UTC, which is said behind them.
{
  const lang = document.documentElement.lang || undefined;
  const days = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "long" });
  const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());
  const wordOf = (at, { today, yesterday, earlier }) => {
    const back = Math.round((midnight(new Date()) - midnight(at)) / 86400000);
    return back === 0 ? today : back === 1 ? yesterday : earlier;
  };
  const tell = (time) => {
    const at = new Date(time.dateTime);
    const { local } = time.dataset;
    time.removeAttribute("data-local");
    time.title = exact.format(at);
    if (local === "ago") return;
    const clock = new Intl.DateTimeFormat(lang, { timeStyle: local }).format(at);
    const word = wordOf(at, time.dataset);
    time.textContent = word.replace("%(day)s", days.format(at)).replace("%(time)s", clock);
  };
  const tellAll = () => document.querySelectorAll("time[data-local]").forEach(tell);
  document.addEventListener("htmx:after:swap", tellAll);
  tellAll();
}
