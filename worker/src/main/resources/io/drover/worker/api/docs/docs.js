// A browser's session proves its writes by the token that the session tells.
fetch("/api/v1/session")
  .then((answer) => answer.json())
  .then((session) => {
    SwaggerUIBundle({
      url: "/api/openapi.yaml",
      dom_id: "#swagger-ui",
      deepLinking: true,
      validatorUrl: null,
      requestInterceptor: (request) => {
        if (session.csrfToken) {
          request.headers["X-CSRF-Token"] = session.csrfToken;
        }
        return request;
      },
    });
  });
