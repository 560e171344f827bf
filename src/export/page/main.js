/* The page comes to life. */
const state = {network: null, weights: null, trained: null, drawn: null, begun: false, filter: null, plane: newPlane(), result: null, chosen: null, maps: [], stroke: null, steps: [], step: 0, film: null, frame: 0, hex: false, sample: null, printing: false};

/* The image changed: everything follows. null: there is none. */
function follow(bytes) {
    state.bytes = bytes;
    state.result = bytes ? runShown(bytes) : null;
    showAnswer();
    paintDrawing();
    paintLayers();
    showCard();
    showWalk();
}

function showAnswer() {
    const p = state.result ? state.result.answer.p : null, rows = byId('bars').querySelectorAll('tbody tr');
    const best = p ? p.indexOf(p.reduce((a, b) => Math.max(a, b))) : -1;
    const sure = givesProbabilities(state.network), whole = p && !sure ? limitOf(p) || 1 : 1, text = sure ? percent : short;
    rows.forEach((row, i) => {
        row.querySelector('meter').max = whole;
        row.querySelector('meter').value = p ? p[i] : 0;
        row.querySelector('output').textContent = p ? text(p[i]) : '';
        row.classList.toggle('best', i === best);
    });
    byId('verdict').textContent = p ? say(sure ? 'verdict' : 'verdictOutput', best, text(p[best])) : say('blank');
    byId('sureness').textContent = p && byId('edited').hidden ? surenessText(p[best]) : '';
    byId('time').textContent = p ? say('time', count(state.network.layers.reduce((n, {macs}) => n + macs, 0)), state.result.ms.toFixed(1)) : '';
}

function surenessText(p) {
    const {sureness} = state.network;
    if (!sureness)
        return '';
    let step = sureness.least.length - 1;
    while (step > 0 && p < sureness.least[step])
        step--;
    const answers = sureness.answers[step], right = sureness.right[step];
    return answers ? say('sureness', count(answers), count(right), percent(right / answers)) : '';
}

/* For those who listen: after a stroke, never during. */
function speak() {
    byId('live').textContent = byId('verdict').textContent;
}

function showSample(i) {
    state.plane = newPlane();
    state.sample = bytesOf(state.network.samples[i].pixels);
    follow(bytesOf(state.network.samples[i].pixels));
    speak();
}

function buildBars() {
    const body = byId('bars').querySelector('tbody'), last = state.network.layers.length, classes = state.network.layers[last - 1].out[0];
    body.replaceChildren(...Array.from({length: classes}, (_, i) => {
        const row = element('tr', undefined, {role: 'row'}), head = element('th', undefined, {scope: 'row', role: 'rowheader'}), cell = element('td', undefined, {role: 'cell'});
        const button = element('button', String(i), {type: 'button'});
        button.addEventListener('click', () => chooseNumber(last, i));
        head.append(button);
        cell.append(element('meter', undefined, {min: 0, max: 1, 'aria-hidden': 'true'}), element('output', '', {'aria-live': 'off'}));
        row.append(head, cell);
        return row;
    }));
}

function buildSamples() {
    const {samples, input} = state.network;
    byId('samples').replaceChildren(...samples.map(({pixels, label}, i) => {
        const button = element('button', undefined, {type: 'button', 'aria-label': say('sample', label === undefined ? i : label)}), canvas = element('canvas', undefined, {'aria-hidden': 'true'});
        paint(canvas, bytesOf(pixels), input, 0, 255, input[1] > 20 ? 1 : 2);
        button.append(canvas);
        button.addEventListener('click', () => showSample(i));
        return button;
    }));
}

/* The page's own check: the stored images, bit for bit. */
function checkBits() {
    const {samples} = state.network, wrong = samples.filter(({pixels, bits}) => bitsOf(run(state.network, bytesOf(pixels)).answer.p) !== bits).length;
    state.check = {n: samples.length, wrong};
}

function accuracyText() {
    const {sureness} = state.network, sum = (values) => values.reduce((a, b) => a + b, 0);
    return sureness ? ` ${say('accuracy', percent(sum(sureness.right) / sum(sureness.answers)))}` : '';
}

function showTexts() {
    const {network, check} = state, parameters = network.layers.reduce((n, {arrays}) => arrays.reduce((m, array) => m + array.count, n), 0);
    document.documentElement.lang = language;
    for (const node of document.querySelectorAll('[data-text]'))
        node.textContent = say(node.dataset.text);
    document.title = byId('title').textContent = network.name;
    byId('about').textContent = say('about', network.arch, network.epochs, count(parameters), network.fingerprint) + accuracyText();
    byId('check').textContent = !check.n ? say('unchecked') : check.wrong ? say('bad', check.wrong, check.n) : say('good', check.n);
    byId('check').classList.toggle('bad', check.wrong > 0);
    byId('sample-source').textContent = network.data ? say('sourceData', network.data) : network.samples.length ? say('sourceDrawn') : '';
    byId('language').textContent = language === 'en' ? '한국어' : 'English';
    byId('language').lang = language === 'en' ? 'ko' : 'en';
    byId('walk-open').textContent = say('walkOpen', state.steps.length);
    byId('foot').textContent = say('page', document.querySelector('meta[name=generator]').content);
}

function rebuild() {
    showTexts();
    buildSamples();
    byId('net').append(byId('walk'));
    buildLayers();
    placeWalk();
    buildBars();
    canDraw();
    state.filter = null;
    showFilter();
    fillFilm();
    follow(state.bytes || null);
}

/* ? on a picture opens the help. */
function helpKey(event) {
    if (event.key !== '?' || event.target.tagName !== 'CANVAS')
        return;
    byId('help').open = true;
    byId('help').querySelector('summary').focus();
}

/* Drawings are cleaned up as digits of MNIST's size; other images are chosen, not drawn. */
function canDraw() {
    const can = shapeText(state.network.input) === '28 × 28 × 1';
    for (const id of ['pad', 'clear', 'eraser'])
        byId(id).hidden = !can;
    if (!can)
        byId('draw-help').textContent = say('noDrawing', shapeText(state.network.input));
}

function speakLanguage(word) {
    language = word;
    rebuild();
}

/* The same step in the other language. */
function otherLanguage() {
    const {at} = readAddress(location.hash) || {at: null};
    location.hash = addressOf(state.step, at, language === 'en' ? 'ko' : 'en');
}

function begin() {
    state.weights = floatsOf(byId('weights').textContent);
    state.trained = state.weights.slice();
    state.network = openNetwork(JSON.parse(byId('data').textContent), state.weights);
    checkBits();
    state.film = openFilm(state.network, state.trained);
    state.frame = state.film ? state.film.frames.length - 1 : 0;
    state.steps = stepsOf(state.network);
    language = (readAddress(location.hash) || {language: /^ko/.test(navigator.language) ? 'ko' : 'en'}).language;
    if (!givesProbabilities(state.network))
        for (const node of byId('bars').querySelectorAll('[data-text=probability], [data-text=barsCaption]'))
            node.dataset.text += 'Output';
    listenToDrawing();
    document.addEventListener('keydown', helpKey);
    listenToWalk();
    byId('restore').addEventListener('click', restoreWeights);
    byId('begun').addEventListener('click', toggleBeginning);
    listenToSheet();
    byId('epoch').addEventListener('input', () => showFrame(byId('epoch').valueAsNumber));
    byId('language').addEventListener('click', otherLanguage);
    if (dark.addEventListener)
        dark.addEventListener('change', rebuild);
    for (const when of ['beforeprint', 'afterprint']) /* paper is light */
        window.addEventListener(when, () => {
            state.printing = when === 'beforeprint';
            follow(state.bytes || null);
        });
    rebuild();
    if (state.network.samples.length)
        showSample(0);
    if (location.hash)
        followAddress();
}

if (typeof document !== 'undefined')
    begin();
