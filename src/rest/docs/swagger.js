// Starts Swagger UI on the description of this server; a page of its own could not, without
// a script inside it.
SwaggerUIBundle({
    domNode: document.getElementById("swagger-ui"),
    url: document.getElementById("swagger-ui").dataset.schema,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    tryItOutEnabled: true,
    // Its badge would be asked of another server.
    validatorUrl: null,
});
