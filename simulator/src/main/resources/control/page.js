'use strict';

const POLL_MILLIS = 2000;
const MOST_OWNERS = 5;
const byId = id => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

function row(...cells) {
  const made = document.createElement('tr');
  for (const cell of cells) made.append(cell);
  return made;
}

function number(value) {
  return element('td', Number(value).toLocaleString('en', { maximumFractionDigits: 2 }), 'n');
}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  const json = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(json && json.detail ? json.detail : 'answered ' + answer.status);
  return json;
}

function tell(text, bad) {
  byId('status').textContent = text;
  byId('status').className = bad ? 'bad' : '';
}

function showListeners(state) {
  const list = byId('listeners');
  list.replaceChildren();
  for (const [name, where] of Object.entries(state.listeners)) {
    list.append(element('dt', name), element('dd', where));
  }
  list.append(element('dt', 'Suffix'), element('dd', '.' + state.suffix));
  list.append(element('dt', 'Authority to trust'), element('dd', state.caCertificate));
  byId('hosts').textContent = state.hosts.join('\n');
  byId('connect').textContent = state.connectTo.join('\n');
}

function showServices(state) {
  const rows = state.services.map(service =>
    row(element('td', service.service, 'name'), element('td', service.name, 'word'), element('td', service.contents)));
  byId('services').replaceChildren(...rows);
  const home = byId('home');
  const homes = state.homes.map(each => each.kind + ' ' + each.name);
  if (homes.join() !== Array.from(home.options, option => option.value).join()) {
    home.replaceChildren(...homes.map(each => {
      const option = element('option', each);
      option.value = each;
      return option;
    }));
  }
}

function showFaults(faults) {
  const rows = [];
  const switched = new Map(faults.on.map(each => [each.name, each]));
  const add = (name, kind, on, struck, possible) => {
    const box = element('input');
    box.type = 'checkbox';
    box.checked = Boolean(on);
    box.disabled = !possible;
    box.setAttribute('aria-label', name);
    box.addEventListener('change', () => change(
      box.checked ? ask('PUT', '/control/faults/' + encodeURIComponent(name), {}) :
        ask('DELETE', '/control/faults/' + encodeURIComponent(name))));
    const cell = element('td');
    cell.append(box);
    const meaning = element('td', kind.meaning);
    if (!possible) meaning.append(element('span', '. Needs the option ', 'quiet'), element('code', '--gates', 'quiet'));
    if (on && name !== kind.fault) meaning.prepend(element('code', kind.fault), ': ');
    const made = row(cell, element('td', name, 'name'), meaning, number(struck));
    if (on && on.open) made.className = 'on';
    rows.push(made);
  };
  const kinds = new Map(faults.kinds.map(kind => [kind.fault, kind]));
  for (const each of faults.on) {
    if (!kinds.has(each.name)) add(each.name, kinds.get(each.fault), each, each.struck, true);
  }
  for (const kind of faults.kinds) add(kind.fault, kind, switched.get(kind.fault), kind.injected, kind.possible);
  replaceKeepingFocus(byId('kinds'), rows);
}

function replaceKeepingFocus(body, rows) {
  const focused = document.activeElement && body.contains(document.activeElement) ?
    document.activeElement.getAttribute('aria-label') : null;
  body.replaceChildren(...rows);
  if (focused) {
    const again = Array.from(body.querySelectorAll('input')).find(box => box.getAttribute('aria-label') === focused);
    if (again) again.focus();
  }
}

function showQuotas(quotas) {
  byId('enforced').checked = quotas.enforced;
  byId('compression').textContent = 'Time runs ' + quotas.timeCompression + ' times as fast.';
  byId('limits').replaceChildren(...quotas.limits.map(limit => {
    const left = element('td');
    const owners = Object.entries(limit.owners);
    for (const [owner, use] of owners.slice(0, MOST_OWNERS)) {
      const line = element('div');
      const meter = element('meter');
      meter.max = use.amount;
      meter.value = Math.max(0, use.available);
      meter.setAttribute('aria-label', owner);
      line.append(meter, ' ' + use.available + ' of ' + use.amount + ' ', element('span', owner, 'quiet'));
      left.append(line);
    }
    if (owners.length > MOST_OWNERS) left.append(element('div', (owners.length - MOST_OWNERS) + ' more', 'quiet'));
    return row(element('td', limit.limit, 'name'), number(limit.perSecond), number(limit.granted),
      number(limit.shaped), number(limit.refused), left);
  }));
}

function showCounters(counters, changes) {
  const services = Object.entries(changes.services).map(([name, count]) => name + ' ' + count).join(', ');
  byId('changes').textContent = 'Changes by callers other than devices: ' + changes.total + (services ? ' (' + services + ')' : '') + '.';
  byId('changed').replaceChildren(...Object.entries(changes.resources).map(([name, count]) =>
    row(element('td', name, 'word'), number(count))));
  byId('counters').replaceChildren(...Object.entries(counters).map(([key, count]) => {
    const first = key.indexOf('.');
    const last = key.lastIndexOf('.');
    return row(element('td', key.slice(0, first), 'name'), element('td', key.slice(first + 1, last), 'word'),
      element('td', key.slice(last + 1), 'name'), number(count));
  }));
}

async function lookUp(event) {
  event.preventDefault();
  const [kind, home] = byId('home').value.split(' ');
  const place = byId('truth');
  try {
    const truth = await ask('GET', '/control/truth?' + new URLSearchParams({ [kind]: home, device: byId('id').value }));
    place.replaceChildren(element('pre', JSON.stringify(truth, null, 2)));
  } catch (failure) {
    place.replaceChildren(element('p', failure.message, 'bad'));
  }
}

async function change(request) {
  try {
    await request;
    await refresh();
  } catch (failure) {
    tell(failure.message, true);
  }
}

async function refresh() {
  const [state, faults, quotas, counters, changes] = await Promise.all(
    ['state', 'faults', 'quotas', 'counters', 'changes'].map(part => ask('GET', '/control/' + part)));
  showListeners(state);
  showServices(state);
  showFaults(faults);
  showQuotas(quotas);
  showCounters(counters, changes);
  const on = faults.on.length;
  tell(on ? on + (on === 1 ? ' fault is' : ' faults are') + ' switched on' : 'Running, no faults switched on');
}

async function poll() {
  try {
    await refresh();
  } catch (failure) {
    tell('The emulated cloud does not answer: ' + failure.message, true);
  }
  setTimeout(poll, POLL_MILLIS);
}

byId('lookup').addEventListener('submit', lookUp);
byId('enforced').addEventListener('change', event =>
  change(ask('POST', '/control/quotas', { enforced: event.target.checked })));
poll();
