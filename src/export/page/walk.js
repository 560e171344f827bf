/* The walk: a step for the image and for each layer, two for the first convolution, its window and its map. Each has an
 * address, #en/3, and with the number that is chosen in it #en/3/150. */

function stepsOf({layers: all}) {
    const steps = [{word: 'stepImage', depth: 0}], first = all.findIndex(({kernel}) => kernel);
    all.forEach((layer, i) => {
        if (i === first)
            steps.push({word: 'stepWindow', depth: i + 1});
        const last = i === all.length - 1, units = layer.type === 'dense';
        steps.push({word: i === first ? 'stepMap' : last ? (givesProbabilities({layers: all}) ? 'stepSoftmax' : 'stepAnswer') : units ? 'stepUnits' : 'stepLayer', depth: i + 1, answers: last});
    });
    return steps;
}

/* What a step says: the words of cnn explain. */
function walkPieces({word, depth, answers}) {
    const words = state.network.words[language], drawn = state.result !== null;
    if (depth === 0)
        return words.input;
    const pieces = words.layers[depth - 1], parts = pieces.findIndex(([kind]) => kind === 'subheading');
    if (word === 'stepWindow')
        return pieces.slice(0, parts).concat(drawn ? sumOf(depth, chosenIn(depth)) : []);
    return (word === 'stepMap' ? pieces.slice(parts) : pieces).concat(!drawn ? [] : answers ? answerOf() : [...inThisImage(depth), ...howPieces(depth, chosenIn(depth))]);
}

/* The number chosen in a layer; without one the strongest. */
const chosenIn = (depth) => (state.chosen && state.chosen.depth === depth ? state.chosen.at : largestOf(state.result.values[depth].y));

/* ---- addresses ------------------------------------------------------------------------------------------ */

/* Of an address {language, step, at}; null for any other text. Step 0: no walk. */
function readAddress(hash) {
    const found = /^#(en|ko)(?:\/(\d{1,3})(?:\/(\d{1,9}))?)?$/.exec(hash);
    return found ? {language: found[1], step: Number(found[2] || 0), at: found[3] === undefined ? null : Number(found[3])} : null;
}

const addressOf = (step, at = null, word = language) => `#${word}${step ? `/${step}` : ''}${step && at !== null ? `/${at}` : ''}`;

/* Goes where the address says; one that says nothing, or names no step, ends the walk. */
function followAddress() {
    clearTimeout(state.resting);
    const address = readAddress(location.hash);
    if (address && address.language !== language)
        speakLanguage(address.language);
    const step = address && state.steps[address.step - 1] ? address.step : 0;
    if (step)
        openStep(step, address.at);
    else
        closeWalk();
}

const goTo = (step) => {
    location.hash = addressOf(step);
};

/* ---- the panel ------------------------------------------------------------------------------------------ */

/* Opens a step, with a number of its layer chosen: `at`, or the strongest. */
function openStep(step, at) {
    const {depth, answers} = state.steps[step - 1], keeps = step === state.step && at === null;
    const size = depth ? state.network.layers[depth - 1].out.reduce((a, b) => a * b) : 0;
    const focused = byId('walk').contains(document.activeElement) ? document.activeElement : null;
    state.step = step;
    if (depth && at !== null && at < size)
        choose(depth, at);
    else if (depth && state.result && !keeps)
        choose(depth, answers ? largestOf(state.result.answer.p) : chosenIn(depth));
    else if (!keeps)
        choose(null);
    placeWalk();
    showWalk();
    (focused && !focused.disabled ? focused : byId('walk-title')).focus({preventScroll: true});
    byId('walk').scrollIntoView({block: 'start'});
    byId('live').textContent = byId('walk-title').textContent;
}

function closeWalk() {
    const had = byId('walk').contains(document.activeElement);
    state.step = 0;
    placeWalk();
    if (had)
        byId('walk-open').focus();
}

/* The panel stands right above what it speaks of, which has a frame. */
function placeWalk() {
    const walk = byId('walk'), {word, depth, answers} = state.steps[state.step - 1] || {}, sections = document.querySelectorAll('.layer');
    const here = !state.step ? [] : word === 'stepWindow' ? [sections[depth - 1], sections[depth]] : word === 'stepImage' ? [byId('pad'), sections[0]]
        : answers ? [sections[depth], byId('bars')] : [sections[depth]];
    for (const node of document.querySelectorAll('.here'))
        node.classList.remove('here');
    for (const node of here)
        node.classList.add('here');
    walk.hidden = !state.step;
    const below = here.find((node) => node.parentNode === byId('layers'));
    if (below)
        below.before(walk);
    byId('walk-open').setAttribute('aria-expanded', state.step > 0);
}

function showWalk() {
    const {steps, step, network} = state;
    if (!step)
        return;
    const title = (one) => say(one.word, one.depth ? network.layers[one.depth - 1].name : '');
    byId('walk-title').textContent = say('walkTitle', step, steps.length, title(steps[step - 1]));
    byId('steps').replaceChildren(...steps.map((one, i) => {
        const item = element('li'), link = element('a', undefined, {href: addressOf(i + 1)});
        link.append(element('span', title(one)));
        if (i + 1 === step)
            link.setAttribute('aria-current', 'step');
        item.append(link);
        return item;
    }));
    byId('walk-text').replaceChildren(...walkPieces(steps[step - 1]).map(pieceElement));
    byId('previous').disabled = step === 1;
    byId('next').disabled = step === steps.length;
}

function pieceElement([kind, content]) {
    if (kind !== 'table')
        return element({heading: 'h4', subheading: 'h5', text: 'p', line: 'code'}[kind], content, kind === 'line' ? {class: 'line'} : {});
    const frame = element('div', undefined, {class: 'frame'}), table = element('table', undefined, {class: 'worked'});
    content.forEach((cells, i) => {
        const row = element('tr');
        row.append(...cells.map((cell, k) => element(i ? (k ? 'td' : 'th') : 'th', String(cell), i ? (k ? {} : {scope: 'row'}) : {scope: 'col'})));
        table.append(row);
    });
    frame.append(table);
    return frame;
}

/* The step speaks of the number chosen by hand, which becomes part of the address once the hand rests: browsers bear only so many
 * changes of it. */
function walkFollows() {
    showWalk();
    clearTimeout(state.resting);
    state.resting = setTimeout(() => {
        const {step, chosen} = state;
        if (step && chosen && chosen.depth === state.steps[step - 1].depth)
            history.replaceState(null, '', addressOf(step, chosen.at));
    }, 300);
}

function listenToWalk() {
    byId('walk-open').addEventListener('click', () => goTo(state.step ? 0 : 1));
    byId('walk-close').addEventListener('click', () => goTo(0));
    byId('previous').addEventListener('click', () => goTo(state.step - 1));
    byId('next').addEventListener('click', () => goTo(state.step + 1));
    byId('walk').addEventListener('keydown', (event) => {
        const to = {ArrowLeft: state.step - 1, ArrowRight: state.step + 1, Escape: 0}[event.key];
        if (to === undefined || event.altKey || event.ctrlKey || event.metaKey || event.target.closest('.frame') || to > state.steps.length || (to === 0 && event.key !== 'Escape'))
            return;
        event.preventDefault();
        goTo(to);
    });
    window.addEventListener('hashchange', followAddress);
}
