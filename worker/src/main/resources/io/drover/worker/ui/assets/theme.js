// Before anything is painted: the theme that was chosen, else the one that the system prefers.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("drover-theme");
    document.documentElement.dataset.bsTheme = chosen ?? (dark.matches ? "dark" : "light");
    window.dispatchEvent(new Event("drover-theme"));
  };
  dark.addEventListener("change", apply);
  window.droverTheme = theme => {
    if (theme) localStorage.setItem("drover-theme", theme); else localStorage.removeItem("drover-theme");
    apply();
  };
  apply();
})();
