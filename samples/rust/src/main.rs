//! onpatient with oauth2: authorize, token, refresh, list, search, revoke.
//!
//!     CLIENT_ID=… CLIENT_SECRET=… cargo run
//!
//! Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
//! Version 5 of the crate sets the addresses one by one (set_auth_uri and so on); the steps are the same.

use std::collections::HashMap;
use std::env::var;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use oauth2::basic::{BasicClient, BasicRequestTokenError};
use oauth2::reqwest::http_client;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
    TokenUrl,
};
use reqwest::blocking::Client;
use serde_json::Value;
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let portal = var("PORTAL_URL").unwrap_or("http://localhost:8000".into());
    let fhir = var("FHIR_URL").unwrap_or(portal.clone());
    let redirect_uri = var("REDIRECT_URI").unwrap_or("http://localhost:9999/callback".into());
    // offline_access asks for a refresh token; openid lets userinfo say who signed in.
    let scope = var("SCOPE").unwrap_or("openid profile patient/*.read offline_access".into());

    let client = BasicClient::new(
        ClientId::new(var("CLIENT_ID")?),
        Some(ClientSecret::new(var("CLIENT_SECRET")?)),
        AuthUrl::new(format!("{portal}/o/authorize/"))?,
        Some(TokenUrl::new(format!("{portal}/o/token/"))?),
    )
    .set_redirect_uri(RedirectUrl::new(redirect_uri.clone())?);

    // 1. Authorize: the person signs in and decides.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scope.split(' ').map(|each| Scope::new(each.into())))
        .set_pkce_challenge(challenge)
        .url();
    let query = wait_for_redirect(&address, &Url::parse(&redirect_uri)?)?;
    if query.get("state") != Some(state.secret()) {
        return Err("The answer belongs to another browser.".into());
    }
    let code = query.get("code").ok_or_else(|| format!("No access was given: {:?}", query.get("error")))?;
    println!("1. Authorized: the state is ours");

    // 2. Token: the code, within a minute, for tokens.
    let token = client
        .exchange_code(AuthorizationCode::new(code.clone()))
        .set_pkce_verifier(verifier)
        .request(http_client)
        .map_err(in_words)?;
    let granted: Vec<&str> = token.scopes().into_iter().flatten().map(|each| each.as_str()).collect();
    println!("2. Token: for {} seconds, scope {}", token.expires_in().unwrap_or_default().as_secs(), granted.join(" "));
    let http = Client::new();
    if granted.contains(&"openid") {
        let person = read_json(&http, &format!("{portal}/o/userinfo"), token.access_token().secret())?;
        println!("   Signed in: {} {}", text(&person["sub"]), text(&person["name"]));
    }
    if !granted.iter().any(|each| each.starts_with("patient/")) {
        return Ok(()); // Sign-in alone reads no record.
    }

    // 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
    let refresh_token = token.refresh_token().ok_or("There is no refresh token.")?;
    let refreshed = client.exchange_refresh_token(refresh_token).request(http_client).map_err(in_words)?;
    let access_token = refreshed.access_token().secret();
    if access_token == token.access_token().secret() {
        return Err("The refresh brought the same token.".into());
    }
    println!("3. Refreshed");

    // 4. A list of the classic API, page by page.
    let (mut count, mut pages) = (0, 0);
    let mut next = Some(format!("{fhir}/onpatient_api/fhir/Immunization?page-size=20"));
    while let Some(address) = next {
        let page = read_json(&http, &address, access_token)?;
        count += page["results"].as_array().map_or(0, Vec::len);
        pages += 1;
        next = page["next"].as_str().map(String::from); // null on the last page
    }
    println!("4. Classic API: {count} immunizations on {pages} pages");

    // 5. A search of the R4 API.
    let bundle = read_json(&http, &format!("{fhir}/fhir/r4/Observation?_sort=-date&_count=5"), access_token)?;
    let entries = bundle["entry"].as_array().map_or(0, Vec::len);
    println!("5. R4 API: {entries} of {} observations, the latest first", bundle["total"]);

    // 6. Revoke: ends the whole access, the refresh token too. With https there is also client.revoke_token(), which refuses http.
    let ending = refreshed.refresh_token().ok_or("There is no refresh token.")?;
    http.post(format!("{portal}/o/revoke/"))
        .basic_auth(var("CLIENT_ID")?, Some(var("CLIENT_SECRET")?))
        .form(&[("token", ending.secret())])
        .send()?
        .error_for_status()?;
    let status = http.get(format!("{fhir}/fhir/r4/Observation")).bearer_auth(access_token).send()?.status();
    println!("6. Revoked: the API answers {}", status.as_u16());
    Ok(())
}

/// Shows the address and listens at the redirect URI until the browser comes back: the query.
fn wait_for_redirect(address: &Url, redirect_uri: &Url) -> Result<HashMap<String, String>, Box<dyn Error>> {
    let host = redirect_uri.host_str().ok_or("REDIRECT_URI has no host")?;
    let listener = TcpListener::bind((host, redirect_uri.port_or_known_default().unwrap_or(80)))?;
    println!("Open this address: {address}");
    loop {
        let (mut browser, _) = listener.accept()?;
        let mut line = String::new(); // GET /callback?code=…&state=… HTTP/1.1
        BufReader::new(&browser).read_line(&mut line)?;
        let target = redirect_uri.join(line.split(' ').nth(1).unwrap_or("/"))?;
        browser.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nDone. You can close this window.")?;
        if target.path() == redirect_uri.path() {
            return Ok(target.query_pairs().into_owned().collect());
        }
    }
}

fn read_json(http: &Client, address: &str, access_token: &str) -> Result<Value, reqwest::Error> {
    http.get(address).bearer_auth(access_token).send()?.error_for_status()?.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// What the server says, which the error alone does not show.
fn in_words<E: Error + 'static>(error: BasicRequestTokenError<E>) -> String {
    match error {
        BasicRequestTokenError::ServerResponse(answer) => answer.to_string(),
        other => other.to_string(),
    }
}
