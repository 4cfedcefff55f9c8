/*
 * onpatient with Nimbus (com.nimbusds:oauth2-oidc-sdk): authorize, token, refresh, list, search, revoke.
 *
 *     CLIENT_ID=… CLIENT_SECRET=… mvn compile exec:java -Dexec.mainClass=NimbusSample
 *
 * Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
 */
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.AuthorizationResponse;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

public class NimbusSample {
  private static final String PORTAL = setting("PORTAL_URL", "http://localhost:8000");
  private static final String FHIR = setting("FHIR_URL", PORTAL);
  private static final URI REDIRECT_URI = URI.create(setting("REDIRECT_URI", "http://localhost:9999/callback"));
  // offline_access asks for a refresh token; openid says who signed in.
  private static final String SCOPE = setting("SCOPE", "openid profile patient/*.read offline_access");

  public static void main(String[] arguments) throws Exception {
    ClientID clientId = new ClientID(System.getenv("CLIENT_ID"));
    ClientAuthentication proof = new ClientSecretBasic(clientId, new Secret(System.getenv("CLIENT_SECRET")));
    // Every address of the server is in its metadata.
    OIDCProviderMetadata server = OIDCProviderMetadata.resolve(new Issuer(PORTAL));

    // 1. Authorize: the person signs in and decides.
    State state = new State();
    Nonce nonce = new Nonce();
    CodeVerifier verifier = new CodeVerifier();
    AuthenticationRequest request =
        new AuthenticationRequest.Builder(new ResponseType(ResponseType.Value.CODE), Scope.parse(SCOPE), clientId, REDIRECT_URI)
            .endpointURI(server.getAuthorizationEndpointURI())
            .state(state)
            .nonce(nonce)
            .codeChallenge(verifier, CodeChallengeMethod.S256)
            .build();
    AuthorizationResponse answer = AuthorizationResponse.parse(waitForRedirect(request.toURI()));
    if (!state.equals(answer.getState())) throw new IllegalStateException("The answer belongs to another browser.");
    if (!answer.indicatesSuccess())
      throw new IllegalStateException("No access was given: " + answer.toErrorResponse().getErrorObject().getCode());
    System.out.println("1. Authorized: the state is ours");

    // 2. Token: the code, within a minute, for tokens.
    AuthorizationGrant code =
        new AuthorizationCodeGrant(answer.toSuccessResponse().getAuthorizationCode(), REDIRECT_URI, verifier);
    OIDCTokens tokens = requestTokens(server, proof, code);
    Scope granted = tokens.getAccessToken().getScope();
    System.out.println("2. Token: for " + tokens.getAccessToken().getLifetime() + " seconds, scope " + granted);
    IDTokenValidator validator =
        new IDTokenValidator(server.getIssuer(), clientId, JWSAlgorithm.RS256, server.getJWKSetURI().toURL());
    IDTokenClaimsSet person = validator.validate(tokens.getIDToken(), nonce);
    String name = person.getStringClaim("name");
    System.out.println("   Signed in: " + person.getSubject() + (name == null ? "" : " " + name));
    if (!granted.toString().contains("patient/")) return; // Sign-in alone reads no record.

    // 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
    OIDCTokens refreshed = requestTokens(server, proof, new RefreshTokenGrant(tokens.getRefreshToken()));
    if (refreshed.getAccessToken().equals(tokens.getAccessToken()))
      throw new IllegalStateException("The refresh brought the same token.");
    String accessToken = refreshed.getAccessToken().getValue();
    System.out.println("3. Refreshed");

    // 4. A list of the classic API, page by page.
    int count = 0;
    int pages = 0;
    String next = FHIR + "/onpatient_api/fhir/Immunization?page-size=20";
    while (next != null) {
      Map<String, Object> page = readJson(next, accessToken);
      count += ((List<?>) page.get("results")).size();
      pages += 1;
      next = (String) page.get("next"); // null on the last page
    }
    System.out.println("4. Classic API: " + count + " immunizations on " + pages + " pages");

    // 5. A search of the R4 API.
    String search = FHIR + "/fhir/r4/Observation?_sort=-date&_count=5";
    Map<String, Object> bundle = readJson(search, accessToken);
    List<?> entries = (List<?>) bundle.getOrDefault("entry", List.of());
    System.out.println("5. R4 API: " + entries.size() + " of " + bundle.get("total") + " observations, the latest first");

    // 6. Revoke: ends the whole access, the refresh token too.
    new TokenRevocationRequest(server.getRevocationEndpointURI(), proof, refreshed.getRefreshToken())
        .toHTTPRequest()
        .send()
        .ensureStatusCode(200);
    System.out.println("6. Revoked: the API answers " + read(search, accessToken).statusCode());
  }

  private static OIDCTokens requestTokens(OIDCProviderMetadata server, ClientAuthentication proof, AuthorizationGrant grant)
      throws Exception {
    TokenRequest request = new TokenRequest(server.getTokenEndpointURI(), proof, grant);
    TokenResponse response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
    if (!response.indicatesSuccess())
      throw new IllegalStateException("No token: " + response.toErrorResponse().getErrorObject().getDescription());
    return ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
  }

  /** Shows the address and listens at the redirect URI until the browser comes back: the address with its query. */
  private static URI waitForRedirect(URI address) throws Exception {
    CompletableFuture<URI> cameBack = new CompletableFuture<>();
    HttpServer server = HttpServer.create(new InetSocketAddress(REDIRECT_URI.getHost(), REDIRECT_URI.getPort()), 0);
    server.createContext(
        REDIRECT_URI.getPath(),
        exchange -> {
          byte[] page = "Done. You can close this window.".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
          cameBack.complete(REDIRECT_URI.resolve(exchange.getRequestURI()));
        });
    server.start();
    System.out.println("Open this address: " + address);
    URI answer = cameBack.get();
    server.stop(0);
    return answer;
  }

  private static HttpResponse<String> read(String address, String accessToken) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + accessToken).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static Map<String, Object> readJson(String address, String accessToken) throws Exception {
    HttpResponse<String> response = read(address, accessToken);
    if (response.statusCode() != 200) throw new IOException(response.statusCode() + " from " + address);
    return JSONObjectUtils.parse(response.body());
  }

  private static String setting(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null ? otherwise : value;
  }
}
