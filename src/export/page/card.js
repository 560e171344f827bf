/* The card: how one number came about, in the program's order and with its digits. */

/* By hand: the walk follows. */
function chooseNumber(depth, at) {
    choose(depth, at);
    walkFollows();
}

function choose(depth, at) {
    state.chosen = depth === null ? null : {depth, at};
    paintLayers();
    showCard();
    showFilter();
}

function placeName(depth, at) {
    const layer = state.network.layers[depth - 1], shape = depth ? layer.out : state.network.input, name = depth ? layer.name : say('input');
    return `${name}: ${numberName(shape, at)}`;
}

function showCard() {
    const card = byId('card'), {chosen, result, network} = state;
    if (!chosen || !result) {
        card.replaceChildren(element('p', say('choose')));
        return;
    }
    const {depth, at} = chosen, value = result.values[depth], rows = [element('h3', placeName(depth, at))];
    if (depth)
        rows.push(...howItIsMade(network.layers[depth - 1], result.values[depth - 1].y, at, value));
    rows.push(element('p', say('value', short(depth === network.layers.length ? result.answer.p[at] : value.y[at])), {class: 'result'}));
    card.replaceChildren(...rows);
    byId('live').textContent = `${placeName(depth, at)}: ${short(value.y[at])}`;
}

function howItIsMade(layer, x, at, value) {
    const {x: from, w, parts, bias, says} = layers[layer.type].sees(layer, at), {kernel, bias: b} = layer.weights, rows = [];
    if (!w) {
        if (layer.activation)
            rows.push(element('p', `${layer.activation}(${short(value.z[at])}) = ${short(value.y[at])}`));
        else
            rows.push(element('p', say(says ?? (from.length > 1 ? 'largestOf' : 'sameAs'), from.length)));
        if (from.length > 1)
            rows.push(numberTable(say('window'), from.map((i) => x[i])));
        return rows;
    }
    const products = from.map((i, k) => x[i] * kernel[w[k]]);
    if (from.length <= 100)
        rows.push(numberTable(say('window'), from.map((i) => x[i]), layer), numberTable(say('weights'), w.map((i) => kernel[i]), layer),
            numberTable(say('products'), products, layer));
    else
        rows.push(strongest(from.map((i, k) => [x[i], kernel[w[k]], products[k], i])));
    if (parts.length > 1)
        rows.push(element('p', say('manyParts', parts.length)));
    rows.push(element('p', `${say('bias')} ${short(b[bias])}`), element('p', `${say('sum')} = ${short(value.z[at])}`));
    if (layer.activation === 'softmax') {
        const {most, e, sum} = state.result.answer;
        rows.push(element('p', say('logit', short(value.z[at]), short(most), short(e[at]), short(sum))));
    } else if (layer.activation)
        rows.push(element('p', `${layer.activation}(${short(value.z[at])}) = ${short(value.y[at])}`));
    return rows;
}

/* Numbers in the rows and columns of the window, the maps below side by side in each cell's order. */
function numberTable(title, numbers, layer) {
    const columns = layer && layer.kernel ? layer.kernel[1] * layer.in[2] : Math.ceil(Math.sqrt(numbers.length));
    const table = element('table', undefined, {class: 'numbers'}), limit = limitOf(numbers);
    table.append(element('caption', title));
    for (let i = 0; i < numbers.length; i += columns) {
        const row = element('tr');
        for (const number of numbers.slice(i, i + columns)) {
            const cell = element('td', short(number)), [r, g, b] = colour(number, 2 * limit);
            cell.style.backgroundColor = `rgb(${r},${g},${b})`;
            row.append(cell);
        }
        table.append(row);
    }
    const frame = element('div', undefined, {class: 'frame', tabindex: '0', role: 'group', 'aria-label': title});
    frame.append(table);
    return frame;
}

function strongest(terms) {
    const block = element('div'), list = element('ul');
    block.append(element('p', say('strongest')), list);
    terms.sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]));
    for (const [x, w, product, place] of terms.slice(0, 10))
        list.append(element('li', `${place}: ${say('number', short(x), short(w), short(product))} ${product < 0 ? '−' : '+'}`));
    return block;
}
