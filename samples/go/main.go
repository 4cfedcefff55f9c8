// onpatient with golang.org/x/oauth2: authorize, token, refresh, list, search, revoke.
//
//	go mod tidy
//	CLIENT_ID=… CLIENT_SECRET=… go run .
//
// Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/oauth2"
)

var (
	portal      = setting("PORTAL_URL", "http://localhost:8000")
	fhir        = setting("FHIR_URL", portal)
	redirectURI = setting("REDIRECT_URI", "http://localhost:9999/callback")
	// offline_access asks for a refresh token; openid lets userinfo say who signed in.
	scope = setting("SCOPE", "openid profile patient/*.read offline_access")
)

func main() {
	ctx := context.Background()
	config := &oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		RedirectURL:  redirectURI,
		Scopes:       strings.Fields(scope),
		Endpoint:     oauth2.Endpoint{AuthURL: portal + "/o/authorize/", TokenURL: portal + "/o/token/"},
	}

	// 1. Authorize: the person signs in and decides. PKCE by hand; since v0.13 oauth2.GenerateVerifier helps.
	state, verifier := random(), random()
	hash := sha256.Sum256([]byte(verifier))
	address := config.AuthCodeURL(state,
		oauth2.SetAuthURLParam("code_challenge", base64.RawURLEncoding.EncodeToString(hash[:])),
		oauth2.SetAuthURLParam("code_challenge_method", "S256"))
	query := waitForRedirect(address)
	if query.Get("state") != state {
		log.Fatal("The answer belongs to another browser.")
	}
	if query.Has("error") {
		log.Fatal("No access was given: ", query.Get("error"))
	}
	fmt.Println("1. Authorized: the state is ours")

	// 2. Token: the code, within a minute, for tokens.
	token, err := config.Exchange(ctx, query.Get("code"), oauth2.SetAuthURLParam("code_verifier", verifier))
	check(err)
	granted := fmt.Sprint(token.Extra("scope"))
	fmt.Printf("2. Token: until %s, scope %s\n", token.Expiry.Format("2006-01-02 15:04"), granted)
	if strings.Contains(granted, "openid") {
		var person struct{ Sub, Name string }
		getJSON(config.Client(ctx, token), portal+"/o/userinfo", &person)
		fmt.Println("   Signed in:", person.Sub, person.Name)
	}
	if !strings.Contains(granted, "patient/") {
		return // Sign-in alone reads no record.
	}

	// 3. Refresh. The client does it by itself once the token has expired; a token without an access token counts as expired.
	refreshed, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	check(err)
	if refreshed.AccessToken == token.AccessToken {
		log.Fatal("The refresh brought the same token.")
	}
	client := config.Client(ctx, refreshed) // Keep the new refresh token: the old one is used up.
	fmt.Println("3. Refreshed")

	// 4. A list of the classic API, page by page.
	count, pages := 0, 0
	next := fhir + "/onpatient_api/fhir/Immunization?page-size=20"
	for next != "" {
		var page struct {
			Results []json.RawMessage
			Next    string // null on the last page, which leaves it empty
		}
		getJSON(client, next, &page)
		count, pages, next = count+len(page.Results), pages+1, page.Next
	}
	fmt.Printf("4. Classic API: %d immunizations on %d pages\n", count, pages)

	// 5. A search of the R4 API.
	var bundle struct {
		Total int
		Entry []json.RawMessage
	}
	getJSON(client, fhir+"/fhir/r4/Observation?_sort=-date&_count=5", &bundle)
	fmt.Printf("5. R4 API: %d of %d observations, the latest first\n", len(bundle.Entry), bundle.Total)

	// 6. Revoke: ends the whole access, the refresh token too. The library has no call for it.
	form := url.Values{"token": {refreshed.RefreshToken}, "client_id": {config.ClientID}, "client_secret": {config.ClientSecret}}
	revoked, err := http.PostForm(portal+"/o/revoke/", form)
	check(err)
	revoked.Body.Close()
	response, err := client.Get(fhir + "/fhir/r4/Observation")
	check(err)
	response.Body.Close()
	fmt.Println("6. Revoked: the API answers", response.StatusCode)
}

// waitForRedirect shows the address and listens at the redirect URI until the browser comes back: the query.
func waitForRedirect(address string) url.Values {
	redirect, err := url.Parse(redirectURI)
	check(err)
	listener, err := net.Listen("tcp", redirect.Host)
	check(err)
	cameBack := make(chan url.Values, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		fmt.Fprintln(answer, "Done. You can close this window.")
		if request.URL.Path == redirect.Path {
			cameBack <- request.URL.Query()
		}
	})}
	go server.Serve(listener)
	defer server.Shutdown(context.Background())
	fmt.Println("Open this address:", address)
	return <-cameBack
}

func getJSON(client *http.Client, address string, into any) {
	response, err := client.Get(address)
	check(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status, " from ", address)
	}
	check(json.NewDecoder(response.Body).Decode(into))
}

func random() string {
	bytes := make([]byte, 32)
	_, err := rand.Read(bytes)
	check(err)
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func setting(name, otherwise string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return otherwise
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
