'use strict';
(() => {
  // All text of the data goes into the page as text, never as markup.
  const content = JSON.parse(document.getElementById('content').textContent);
  const wordsShown = 15, linksShown = 10;
  let layer = content.layers.length - 1, chosen = 0, relevance = 1, query = '';
  const at = id => document.getElementById(id);
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.filter(child => child !== null && child !== undefined));
    return element;
  };
  const draw = (name, attributes, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };
  const percent = share => share === null || share === undefined ? '–' : share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(100 * share)} %`;
  const number = (value, digits = 3) => value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumSignificantDigits: digits });
  const topicOf = (which, index) => content.layers[which].topics[index];

  // Relevance (Sievert and Shirley 2014): λ log φ + (1 − λ) log (φ / p).
  const relevanceOf = word => word.share > 0 ? relevance * Math.log(word.share) + (1 - relevance) * Math.log(word.share / word.overall) : -Infinity;
  const wordsOf = topic => [...topic.words].sort((a, b) => relevanceOf(b) - relevanceOf(a)).slice(0, wordsShown);
  const firstWords = (topic, count) => topic.words.slice(0, count).map(word => word.word).join(', ');
  const nameOf = (topic, count = 3) => topic.name || firstWords(topic, count) || `topic ${topic.index}`;
  const isHit = word => query.length > 1 && word.word.toLowerCase().includes(query);

  function choose(which, index, focus) {
    layer = which;
    chosen = index;
    at('layer').value = String(layer);
    show();
    if (focus) at('detail').focus({ preventScroll: false });
  }

  function showTree() {
    const button = (which, index, prevalence) => {
      const topic = topicOf(which, index);
      return make('button', {
        class: `topic${topic.words.some(isHit) ? ' hit' : ''}`, type: 'button', 'aria-pressed': which === layer && index === chosen, onclick: () => choose(which, index, true),
      }, make('span', { class: 'share' }, percent(prevalence)), make('span', { class: 'words' }, topic.name ? `${topic.name}: ${firstWords(topic, 5)}` : firstWords(topic, 7)),
      make('span', { class: 'meter', style: `width: ${100 * Math.min(1, prevalence / widest)}%`, 'aria-hidden': 'true' }));
    };
    const widest = Math.max(...content.tree.map(node => node.prevalence), 1e-9);
    const list = nodes => make('ul', {}, ...nodes.map(node => make('li', {}, button(node.layer, node.topic, node.prevalence), node.children.length ? list(node.children) : null)));
    const root = list(content.tree);
    root.className = 'tree';
    at('tree').replaceChildren(root);
  }

  function showDetail() {
    const topic = topicOf(layer, chosen);
    const words = make('div', { class: 'words-list' });
    const fill = () => {
      const list = wordsOf(topic), largest = Math.max(...list.map(word => word.share), 1e-12);
      words.replaceChildren(...list.flatMap(word => [
        make('span', { class: isHit(word) ? 'hit' : null }, word.word),
        make('span', { class: 'track', 'aria-hidden': 'true' }, make('span', { style: `width: ${100 * word.share / largest}%` })),
        make('span', { class: 'number' }, `${number(100 * word.share, 2)} %`),
      ]));
    };
    const value = make('output', {}, number(relevance, 2));
    const slider = make('input', {
      type: 'range', min: 0, max: 1, step: 0.05, value: relevance, 'aria-label': 'Relevance: 1 orders words by their weight in the topic, 0 by how much they are of this topic alone',
      oninput: event => { relevance = Number(event.target.value); value.textContent = number(relevance, 2); fill(); },
    });
    fill();
    const fact = (name, text) => text === '–' ? null : make('div', {}, make('dt', {}, name), make('dd', {}, text));
    const facts = make('dl', { class: 'facts' }, fact('share', percent(topic.prevalence)), fact('sparsity', number(topic.sparsity)),
      fact('exclusivity', number(topic.exclusivity)), fact('NPMI', number(topic.npmi)), fact('UMass', number(topic.umass)));
    const links = topic.links && topic.links.length ? [make('h3', {}, 'Made of'), make('ul', { class: 'tree' }, ...topic.links.slice(0, linksShown).map(link => make('li', {},
      make('button', { class: 'topic', type: 'button', onclick: () => choose(layer - 1, link.topic, true) },
        make('span', { class: 'share' }, percent(link.share)), make('span', { class: 'words' }, nameOf(topicOf(layer - 1, link.topic), 7)))))),
    topic.links.length > linksShown ? make('p', { class: 'hint' }, `and ${topic.links.length - linksShown} more with less`) : null] : [];
    const examples = topic.examples && topic.examples.length ? [make('h3', {}, 'Examples'), make('ol', { class: 'examples' }, ...topic.examples.map(example =>
      make('li', {}, make('span', { class: 'where' }, `row ${example.row}${example.text === null ? '' : ': '}`), example.text ?? '')))] : [];
    at('detail').replaceChildren(...[
      make('h2', {}, `Topic ${topic.index}: ${nameOf(topic)}`), facts,
      make('label', { class: 'slider' }, 'Words by weight', slider, 'λ = ', value), words, ...links, ...examples].filter(part => part !== null));
  }

  function showMap() {
    const topics = content.layers[layer].topics, size = 420, margin = 40;
    const svg = draw('svg', { viewBox: `0 0 ${size} ${size}`, role: 'group', 'aria-label': 'Map of the topics' });
    const reach = Math.max(...topics.flatMap(topic => [Math.abs(topic.x), Math.abs(topic.y)]), 1e-9);
    const place = value => size / 2 + (size / 2 - margin) * value / reach;
    const largest = Math.max(...topics.map(topic => topic.prevalence), 1e-9);
    const ordered = [...topics].sort((a, b) => b.prevalence - a.prevalence);
    for (const topic of ordered) {
      const radius = Math.max(5, 34 * Math.sqrt(topic.prevalence / largest));
      const act = event => { if (event.type === 'click' || event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(layer, topic.index, true); } };
      svg.append(draw('circle', {
        cx: place(topic.x), cy: place(topic.y), r: radius, class: topic.index === chosen ? 'chosen' : '', tabindex: 0, role: 'button',
        'aria-label': `Topic ${topic.index}: ${nameOf(topic, 5)}, ${percent(topic.prevalence)}`, onclick: act, onkeydown: act,
      }, draw('title', {}, `${topic.index}: ${nameOf(topic, 5)}`)));
    }
    for (const topic of ordered)
      svg.append(draw('text', { x: place(topic.x), y: place(topic.y) + 4, 'text-anchor': 'middle', 'aria-hidden': 'true', style: 'pointer-events: none' }, String(topic.index)));
    at('map').replaceChildren(svg);
  }

  function showTable() {
    const topics = content.layers[layer].topics;
    const columns = [['npmi', 'NPMI'], ['umass', 'UMass'], ['exclusivity', 'exclusivity'], ['sparsity', 'sparsity']].filter(([key]) => topics.some(topic => topic[key] !== null && topic[key] !== undefined));
    at('table').replaceChildren(make('table', {},
      make('thead', {}, make('tr', {}, make('th', { class: 'number', scope: 'col' }, 'topic'), make('th', { scope: 'col' }, 'words'), make('th', { class: 'number', scope: 'col' }, 'share'),
        ...columns.map(([, title]) => make('th', { class: 'number', scope: 'col' }, title)))),
      make('tbody', {}, ...topics.map(topic => make('tr', {}, make('th', { class: 'number', scope: 'row' }, make('button', { type: 'button', onclick: () => choose(layer, topic.index, true) }, String(topic.index))),
        make('td', {}, topic.name ? `${topic.name}: ${firstWords(topic, 10)}` : firstWords(topic, 10)), make('td', { class: 'number' }, percent(topic.prevalence)),
        ...columns.map(([key]) => make('td', { class: 'number' }, number(topic[key]))))))));
  }

  function showGroups() {
    const groups = content.layers[layer].groups;
    at('labels-card').hidden = groups.length === 0;
    at('labels-card').replaceChildren(...groups.flatMap(shares => heatMap(shares, `Topics by ${shares.column}`, 'Per cent of each row that a topic makes up; after each name the number of its texts.')));
  }

  function heatMap(shares, title, hint) {
    const topics = content.layers[layer].topics, largest = Math.max(...shares.values.flat(), 1e-9);
    return [make('h2', {}, title), make('p', { class: 'hint' }, hint), make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title }, make('table', {},
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, shares.column), ...topics.map(topic => make('th', { class: 'number', scope: 'col', title: nameOf(topic, 5) }, String(topic.index))))),
      make('tbody', {}, ...shares.groups.map((group, g) => make('tr', {}, make('th', { scope: 'row' }, group), ...topics.map((topic, k) => {
        const share = shares.values[g][k];
        return make('td', { class: 'cell', style: `background: rgba(var(--heat), ${(0.75 * share / largest).toFixed(3)})`, title: `${group}, ${nameOf(topic)}` }, share > 0.005 ? `${Math.round(100 * share)}` : '');
      }))))))];
  }

  function showTime() {
    const time = content.layers[layer].time;
    at('time-card').hidden = !time;
    if (!time) return;
    const topic = topicOf(layer, chosen), values = time.values.map(row => row[chosen]);
    at('time-card').replaceChildren(make('h2', {}, `Topic ${topic.index} over time`), make('p', { class: 'hint' }, 'Its share of what the topics say about each period.'),
      curve(values, time.groups[0], time.groups[time.groups.length - 1], percent, true));
  }

  function curve(values, first, last, format, fromZero) {
    const width = 640, height = 220, left = 64, right = 12, top = 12, bottom = 30;
    const finite = values.filter(Number.isFinite), high = Math.max(...finite), low = fromZero ? 0 : Math.min(...finite), range = high - low || 1;
    const x = i => left + (width - left - right) * i / Math.max(values.length - 1, 1), y = value => top + (height - top - bottom) * (high - value) / range;
    const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `From ${format(values[0])} at ${first} to ${format(values[values.length - 1])} at ${last}` });
    svg.append(draw('path', { class: 'axis', d: `M${left} ${top}V${height - bottom}H${width - right}` }),
      draw('path', { class: 'curve', d: values.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('') }),
      draw('text', { x: left - 6, y: top + 8, 'text-anchor': 'end', class: 'soft' }, format(high)), draw('text', { x: left - 6, y: height - bottom, 'text-anchor': 'end', class: 'soft' }, format(low)),
      draw('text', { x: left, y: height - 8, class: 'soft' }, String(first)), draw('text', { x: width - right, y: height - 8, 'text-anchor': 'end', class: 'soft' }, String(last)));
    return svg;
  }

  function showTraining() {
    at('training').replaceChildren(make('div', { class: 'charts' }, ...content.phases.map(phase => make('figure', { style: 'margin: 0' },
      make('figcaption', {}, `${phase.name}: ${phase.end}, ${number(phase.seconds, 2)} s`),
      // The start hides what follows it.
      curve(phase.objective.length > 3 ? phase.objective.slice(1) : phase.objective, phase.objective.length > 3 ? 'iteration 1' : 'start', `${phase.last}`, value => number(value, 4), false)))));
  }

  function showResiduals() {
    const rows = content.residuals;
    at('residuals-card').hidden = !rows;
    if (rows)
      at('residuals-card').replaceChildren(make('h2', {}, 'What no topic explains'), make('p', { class: 'hint' }, 'The rows of which the topics say least.'), make('ol', { class: 'examples' }, ...rows.map(row =>
        make('li', {}, make('span', { class: 'where' }, `row ${row.row}, ${percent(row.share)} unexplained${row.text === null ? '' : ': '}`), row.text ?? ''))));
  }

  function showFound() {
    const topics = content.layers.flatMap((those, which) => those.topics.filter(topic => topic.words.some(isHit)).map(topic => content.layers.length > 1 ? `layer ${which}: ${topic.index}` : `${topic.index}`));
    at('found').textContent = query.length < 2 ? '' : topics.length ? `In the words of ${topics.length === 1 ? 'topic' : 'topics'} ${topics.join(', ')}.` : 'In the words of no topic.';
  }

  function show() {
    showTree();
    showDetail();
    showMap();
    showTable();
    showGroups();
    showTime();
    showFound();
  }

  document.title = content.title;
  at('title').textContent = content.title;
  at('summary').textContent = content.summary;
  at('layer-field').hidden = content.layers.length < 2;
  content.layers.forEach((those, which) => at('layer').append(make('option', { value: which }, `${which} (${those.topics.length} topics)`)));
  at('layer').addEventListener('change', event => choose(Number(event.target.value), 0, false));
  at('search').addEventListener('input', event => { query = event.target.value.trim().toLowerCase(); show(); });
  at('theme').addEventListener('change', event => { document.documentElement.dataset.theme = event.target.value; });
  choose(layer, 0, false);
  showTraining();
  showResiduals();
})();
