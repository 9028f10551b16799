// Gradio speaks the browser's language; here it speaks the page's. Runs before Gradio's own scripts.
{
  const language = document.documentElement.lang === "zh" ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => language });
}
