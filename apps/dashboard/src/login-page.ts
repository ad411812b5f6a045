const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center;
    background: #f4f5f7; color: #1d2430; }
  form { width: min(22rem, calc(100vw - 2rem)); box-sizing: border-box; padding: 2rem; background: #fff;
    border: 1px solid #d9dde3; border-radius: 8px; }
  h1 { font-size: 1.25rem; margin: 0 0 1rem; }
  label { display: block; margin-bottom: .25rem; }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem .75rem; border-radius: 6px; }
  input { border: 1px solid #8b94a3; background: inherit; color: inherit; }
  button { margin-top: 1rem; border: 0; background: #1f5fbf; color: #fff; cursor: pointer; }
  small { display: block; margin-top: .5rem; color: #5b6573; }
  [role=alert] { margin: 0 0 1rem; color: #a3231b; }
  [role=alert]::first-letter { text-transform: uppercase; }
  @media (prefers-color-scheme: dark) {
    body { background: #151a21; color: #e4e8ee; } form { background: #1e252e; border-color: #37414e; }
    small { color: #a0abb9; } [role=alert] { color: #ff9d94; }
  }`;

/** The page that asks for the token. @param problem our own words on the last try, never what was typed */
export function loginPage(problem?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Log in to Ordeal</title>
  <style>${STYLE}</style>
</head>
<body>
  <form method="post" action="/login">
    <h1>Log in to Ordeal</h1>
    ${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
    <small>The ORDEAL_TOKEN that this dashboard was started with.</small>
    <button>Log in</button>
  </form>
</body>
</html>
`;
}
