// Shows the OpenAPI document of the server that this page comes from.

// How long an endless answer is listened to, in milliseconds.
const LISTENING = 5000;

// The answer with what of its body comes in this time: the page shows an answer when it is complete, and a stream of
// events never is.
async function begin(url, options) {
  const response = await fetch(url, options);
  if (!(response.headers.get('content-type') || '').startsWith('text/event-stream')) {
    return response;
  }
  const reader = response.body.getReader();
  setTimeout(() => reader.cancel(), LISTENING);
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
  }
  return new Response(text, { status: response.status, headers: response.headers });
}

SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#documentation',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => Object.assign(request, { userFetch: begin }),
});
