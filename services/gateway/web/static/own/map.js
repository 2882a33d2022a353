// Maps: the places of a list, on the outlines of the departments, on IGN's plan where that can be reached.
//
// Each place is in the list beside the map too, which is what counts: whoever has no script, no picture or no mouse loses
// nothing. What a place is called only ever becomes text, never HTML. README.md lists the attributes of a map.
"use strict";

(() => {
  const drawn = new Map();
  const byId = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const REGION = [[42.3, -0.4], [45.1, 4.9]];
  const MOST_IN_POPUP = 12;

  function refreshAll() {
    for (const [box, map] of drawn) {
      if (!box.isConnected) {
        map.leaflet.remove();
        drawn.delete(box);
      }
    }
    byId.clear();
    document.querySelectorAll(".map[data-geojson]").forEach((box) => {
      if (!drawn.has(box)) {
        drawn.set(box, begin(box));
      }
      void show(drawn.get(box));
    });
  }

  function begin(box) {
    const leaflet = L.map(box, {
      attributionControl: false,
      // One finger or the wheel goes on scrolling the page; two fingers, the buttons and the keyboard move the map.
      dragging: !matchMedia("(pointer: coarse)").matches,
      scrollWheelZoom: false,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
      zoomAnimation: !calm,
      zoomControl: false,
      maxZoom: 16,
      minZoom: 6,
    });
    L.control
      .zoom({ zoomInTitle: box.dataset.zoomIn || "+", zoomOutTitle: box.dataset.zoomOut || "-" })
      .addTo(leaflet);
    leaflet.fitBounds(REGION, { animate: false });
    leaflet.on("focus", () => leaflet.scrollWheelZoom.enable());
    leaflet.on("blur", () => leaflet.scrollWheelZoom.disable());
    leaflet.on("popupopen", (event) => labelPopup(box, event.popup));
    const map = { box, leaflet, places: L.featureGroup().addTo(leaflet), shown: null };
    void drawOutlines(map);
    drawTiles(map);
    return map;
  }

  // The close button that Leaflet makes speaks English.
  function labelPopup(box, popup) {
    const button = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (button && box.dataset.close) {
      button.setAttribute("aria-label", box.dataset.close);
    }
  }

  async function drawOutlines({ box, leaflet }) {
    const outlines = box.dataset.outlines && (await read(box.dataset.outlines));
    if (outlines && box.isConnected) {
      L.geoJSON(outlines, { interactive: false, style: { className: "map-outline" } }).addTo(leaflet).bringToBack();
    }
  }

  // One tile is asked for first: where that does not come, none other is, and the outlines are the map.
  function drawTiles({ box, leaflet }) {
    const address = box.dataset.tiles;
    if (!address || !navigator.onLine) {
      return;
    }
    const first = new Image();
    first.addEventListener("load", () => {
      if (box.isConnected) {
        L.tileLayer(address, { maxNativeZoom: 18 }).addTo(leaflet);
        box.classList.add("map-with-tiles");
        const credit = L.control({ position: "bottomright" });
        credit.onAdd = () => element("p", "map-credit", box.dataset.credit || "© IGN");
        credit.addTo(leaflet);
      }
    });
    first.src = L.Util.template(address, { z: 6, x: 32, y: 23 });
  }

  async function show(map) {
    const source = map.box.dataset.geojson;
    const text = source.startsWith("#") ? (document.querySelector(source)?.textContent ?? "") : source;
    if (text !== map.shown) {
      map.shown = text;
      const found = source.startsWith("#") ? parsed(text) : await read(source);
      if (map.shown !== text) {
        return;
      }
      draw(map, found?.features ?? []);
    }
    map.places.eachLayer((marker) => marker.placeIds.forEach((id) => byId.set(id, marker)));
  }

  function draw(map, features) {
    map.places.clearLayers();
    const spots = new Map();
    for (const feature of features) {
      const [longitude, latitude] = feature.geometry.coordinates;
      const spot = `${latitude.toFixed(4)},${longitude.toFixed(4)}`;
      spots.set(spot, [...(spots.get(spot) ?? []), feature]);
    }
    for (const here of spots.values()) {
      addMarker(map, here);
    }
    const markers = map.places.getLayers();
    markers[0]?.getElement().setAttribute("tabindex", "0");
    if (markers.length) {
      map.leaflet.fitBounds(map.places.getBounds(), { padding: [30, 30], maxZoom: 11, animate: !calm });
    }
  }

  function addMarker({ box, places }, here) {
    const [longitude, latitude] = here[0].geometry.coordinates;
    const first = here[0].properties;
    const marker = L.circleMarker([latitude, longitude], {
      className: `map-place map-place-${String(first.kind ?? "visit").replace(/[^a-z_-]/g, "")}`,
      radius: Math.min(8 + 2 * Math.sqrt(here.length - 1), 18),
    });
    marker.placeIds = here.map((each) => String(each.properties.id));
    marker.bindPopup(() => popupOf(box, here), { maxHeight: 240, autoPan: !calm });
    marker.addTo(places);
    const dot = marker.getElement();
    const label = here.length > 1 && box.dataset.several ? box.dataset.several.replace("{n}", here.length) : first.title;
    dot.setAttribute("role", "button");
    dot.setAttribute("tabindex", "-1");
    dot.setAttribute("aria-label", label);
    dot.addEventListener("keydown", (event) => useKey(event, marker, places.getLayers()));
    for (const [name, lit] of [["mouseover", true], ["focus", true], ["mouseout", false], ["blur", false]]) {
      dot.addEventListener(name, () => light(marker, lit));
    }
  }

  // All places are one stop of the Tab key; the arrows go from one to the next.
  function useKey(event, marker, markers) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = markers[(markers.indexOf(marker) + step + markers.length) % markers.length].getElement();
      marker.getElement().setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      marker.openPopup();
      marker.getPopup().getElement().querySelector("a[href^='/']")?.focus();
    } else if (event.key === "Escape") {
      marker.closePopup();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function popupOf(box, here) {
    const popup = element("div", "map-popup");
    for (const { properties } of here.slice(0, MOST_IN_POPUP)) {
      const part = element("p");
      const inside = typeof properties.href === "string" && /^\/(?!\/)/.test(properties.href);
      const name = element(inside ? "a" : "strong", "", properties.title);
      if (inside) {
        name.href = properties.href;
      }
      part.append(name);
      for (const line of properties.lines ?? []) {
        part.append(element("br"), line);
      }
      popup.append(part);
    }
    if (here.length > MOST_IN_POPUP && box.dataset.more) {
      popup.append(element("p", "", box.dataset.more.replace("{n}", here.length - MOST_IN_POPUP)));
    }
    popup.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        const marker = byId.get(String(here[0].properties.id));
        marker?.closePopup();
        marker?.getElement().focus();
      }
    });
    return popup;
  }

  // A place and its item of the list show each other.
  function light(marker, lit) {
    marker.getElement()?.classList.toggle("map-place-lit", lit);
    for (const id of marker.placeIds) {
      document.querySelectorAll(`[data-map-id="${CSS.escape(id)}"]`).forEach((item) => {
        item.toggleAttribute("data-highlighted", lit);
      });
    }
  }

  function lightFrom(event, lit) {
    const item = event.target.closest?.("[data-map-id]");
    const marker = item && byId.get(item.dataset.mapId);
    if (marker) {
      light(marker, lit);
      if (lit) {
        marker.bringToFront();
      }
    }
  }

  async function read(address) {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      // The list beside the map still says it all.
      return null;
    }
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function element(name, kind = "", text = "") {
    const made = document.createElement(name);
    if (kind) {
      made.className = kind;
    }
    made.append(text);
    return made;
  }

  document.addEventListener("DOMContentLoaded", refreshAll);
  document.addEventListener("htmx:afterSettle", refreshAll);
  for (const [name, lit] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    document.addEventListener(name, (event) => lightFrom(event, lit));
  }
})();
