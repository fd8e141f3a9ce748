import pytest, json
def show(r):
    print(r.request["REQUEST_METHOD"], r.request["PATH_INFO"], r.request.get("QUERY_STRING"), r.status_code, r.headers.get("Content-Type"), r.content[:700])
def test_all(api, ada, ben, song, secret, funded):
    funded(ada)
    a = api(ada); b = api(ben)
    for p in ["", "rate_limit", "user", "user/", "users/ben", "users/ben.xml", "users/ben.yaml","users/nobody","categories","categories.txt","languages.txt","things/%d"%song.pk,"things/%d"%secret.pk,"things/%d,%d"%(song.pk,song.pk+1),"things?id=%d"%song.pk,"things/%d.foo"%song.pk,"user/things","users/ben/things?full=1","things/lookup?url=https://ben.example/song","things/lookup/?url=https://github.com/smgt/x","things/lookup?url=https://nix.example/","things/lookup","things/search?query=songs","things/search?query=sonng&sort=trend","things/search?tags=music | folk ! x&sort=flattrs","things/search?jsonp=a.b","things/search?jsonp=a(b","user/flattrs","users/ada/flattrs","user/subscriptions","user/standing","user/activities","user/activities.atom","user/budget","user/statement?period=2026-11","user/earnings?period=2026-10","months","months/2010-09", "nix", "things/lookup/q/https://ben.example/song"]:
        show(a.get(p))
    show(a.post("things/%d/flattr"%song.pk)); show(a.post("things/%d/flattr"%song.pk)); show(b.post("things/%d/flattr"%song.pk))
    show(a.post("flattr", {"url":"http://flattr.com/submit/auto?user_id=ben&url=https%3A%2F%2Fben.example%2Fnew&title=N"}))
    show(a.post("/rest/v2/flattr", json.dumps({"url":"https://github.com/smgt/flattr"}), content_type="application/json"))
    for p in ["user/flattrs","user/flattrs?full","user/flattrs.as","things/%d/flattrs"%song.pk,"things/%d"%song.pk,"user/activities.as","user/statement?period=2026-11"]: show(a.get(p))
    for p in ["things/%d"%song.pk]: show(b.get(p))
    show(a.post("things/%d/subscriptions"%song.pk)); show(a.get("user/standing")); show(a.put("things/%d/subscriptions"%song.pk)); show(a.delete("things/%d/subscriptions"%song.pk)); show(a.delete("things/%d/flattr"%song.pk))
    show(b.post("things/", {"url":"https://ben.example/x","title":"X","tags":"a,b","hidden":"False"}))
    show(b.post("things/%d"%song.pk, {"_method":"patch","title":"New"}))
    show(b.delete("things/%d"%song.pk)); show(b.get("things/%d"%song.pk))
    show(a.put("user/budget", json.dumps({"amount":"6","currency":"EUR"}), content_type="application/json"))
    show(a.head("user")) ; show(a.options("user"))
