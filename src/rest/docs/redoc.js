// Starts ReDoc on the description of this server.
const place = document.getElementById("redoc");
Redoc.init(place.dataset.schema, { nativeScrollbars: true }, place);
