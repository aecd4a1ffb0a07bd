// Shows the OpenAPI document of the server that this page comes from.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#documentation',
  deepLinking: true,
  validatorUrl: null,
});
