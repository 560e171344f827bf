/* The filters as training made them: what they were after each epoch, where the run kept that, and the maps that they
 * found. The answer, and every layer whose weights were not kept, or that stands on one, stays that of the trained network. */

/* {network: another one whose filters are set to a frame, frames: [{epoch, weights}], reach: how many layers show it};
 * null where there are no snapshots. The last frame, null, is the trained network. */
function openFilm(data, trained) {
    if (!data.snapshots)
        return null;
    const network = copyOf(data, trained.slice()), {layers: held, epochs, floats} = data.snapshots;
    const frames = epochs.map((epoch, i) => ({epoch, weights: floatsOf(floats[i])}));
    if (data.beginning)
        frames.unshift({epoch: 0, weights: filtersOf(copyOf(data, drawWeights(data)), held)});
    if (bitsOf(frames[frames.length - 1].weights) === bitsOf(filtersOf(network, held)))
        frames.pop();
    const other = data.layers.findIndex(({arrays}, i) => arrays.length && !held.includes(i));
    return {network, held, frames: [...frames, null], reach: other < 0 ? data.layers.length - 1 : other};
}

const copyOf = (data, weights) => openNetwork({...data, layers: data.layers.map((layer) => ({...layer}))}, weights);

const arraysOf = ({layers: all}, held) => held.flatMap((i) => all[i].arrays.map(({name}) => all[i].weights[name]));

const filtersOf = (network, held) => Float32Array.from(arraysOf(network, held).flatMap((array) => [...array]));

/* The frame that is shown; null: the trained network. */
const frameShown = () => (state.film ? state.film.frames[state.frame] : null);

/* Layer `depth` as it is shown. */
const layerAt = (depth) => (frameShown() && depth <= state.film.reach ? state.film.network : state.network).layers[depth - 1];

/* What every layer makes of the image, those of the film by its filters. */
function runShown(bytes) {
    const begun = performance.now(), result = run(state.network, bytes);
    result.ms = performance.now() - begun;
    if (frameShown())
        run(state.film.network, bytes).values.slice(0, state.film.reach + 1).forEach((value, depth) => {
            result.values[depth] = value;
        });
    return result;
}

function setFrame(frame) {
    let from = 0;
    state.frame = frame;
    for (const array of frameShown() ? arraysOf(state.film.network, state.film.held) : []) {
        array.set(frameShown().weights.subarray(from, from + array.length));
        from += array.length;
    }
}

/* Filters changed by hand are given up for it. */
function showFrame(frame) {
    setFrame(frame);
    restoreWeights();
    byId('live').textContent = byId('past').textContent;
}

const lastHeld = ({network, held, reach}) => network.layers[held.filter((i) => i < reach).pop()].name;

function frameName(frame) {
    return frame ? (frame.epoch ? say('afterEpoch', frame.epoch, state.network.epochs) : say('beforeTraining')) : say('trained');
}

function fillFilm() {
    const {film, frame} = state, slider = byId('epoch');
    byId('film').hidden = !film;
    byId('begun').hidden = film || !state.network.beginning;
    byId('past').hidden = !frameShown();
    if (!film)
        return;
    slider.max = film.frames.length - 1;
    slider.value = frame;
    byId('epoch-name').textContent = frameName(frameShown());
    slider.setAttribute('aria-valuetext', frameName(frameShown()));
    byId('past').textContent = frameShown() ? say('past', lastHeld(film), frameName(frameShown())) : '';
}
