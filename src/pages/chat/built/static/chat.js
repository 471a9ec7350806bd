var e,t,n,r,i,a,o,s,c,l,u,d,f=Symbol.for(`pv`),p={},m=[],h=/^m(i|n|o|s|text|space)$/,g=Array.isArray,_=m.slice,v=Object.assign;function y(e){e&&e.parentNode&&e.remove()}function b(e,t,n){var r,i,a,o={},s=arguments.length;for(a in t)a==`key`?r=t[a]:a==`ref`&&typeof e!=`function`?i=t[a]:o[a]=t[a];return s>2&&(o.children=s>3?_.call(arguments,2):n),x(e,o,r,i,null)}function x(n,r,i,a,o){var s={type:n,props:r,key:i,ref:a,__k:null,__:null,__b:0,__e:null,__c:null,constructor:f,__v:o||++t,__i:-1,__u:0};return!o&&e.vnode&&e.vnode(s),s}function S(e){return e.children}function C(e,t){this.props=e,this.context=t,this.__g=0}function w(e,t){if(t==null)return e.__&&w(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!=`function`||e.props.__P?null:w(e)}function T(t){var n,r=t.__v,i=r.__e,a=[],o=[],s=t.__P;s&&((n=v({constructor:f},r)).__v=r.__v+1,e.vnode&&e.vnode(n),ce(s,n,r,t.__n,s.namespaceURI,32&r.__u?[i]:null,a,i||w(r),32&r.__u,o),n.__v=r.__v,n.__.__k[n.__i]=n,de(a,n,o),r.__=r.__e=null,n.__e!=i&&E(n))}function E(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),E(e)}function D(t){(8&t.__g||(t.__g|=8,r.push(t),a++))&&i==e.debounceRendering||((i=e.debounceRendering)||queueMicrotask)(ee)}function ee(){try{for(var e,t=1;r.length;)r.length>t&&r.sort(o),e=r.shift(),t=r.length,8&e.__g&&T(e)}finally{(a=r.length)&&(i||queueMicrotask)(ee)}}function te(e,t,n,r,i,a,o,s,c,l,u){var d,f,h,g,_,v,y=r.__k||m,b=t.length;for(c=ne(n,t,y,c,b),d=0;d<b;d++)(h=n.__k[d])!=null&&(f=~h.__i&&y[h.__i]||p,h.__i=d,v=ce(e,h,f,i,a,o,s,c,l,u),g=h.__e,(f.ref!=h.ref||8&f.__u)&&(f.ref&&O(f.ref,null,h,f),h.ref&&u.push(h.ref,h.__c||g,h)),_||=g,4&h.__u?(c=re(h,c,e,!f.__v),f.__e&&(f.__e=null)):typeof h.type==`function`&&v!==void 0?c=v:g&&(c=g.nextSibling),h.__u&=-21);return n.__e=_,c}function ne(e,t,n,r,i){var a,o,s,c,l,u,d,p,m,h=n.length,_=h,v=0,y=0,b=e.__k=Array(i);for(a=0;a<i;a++)(o=t[a])!=null&&typeof o!=`boolean`&&typeof o!=`function`?(typeof o!=`object`||o.constructor===String?o=b[a]=x(null,o):g(o)?o=b[a]=x(S,{children:o}):o.constructor===f&&o.__b?o=b[a]=x(o.type,o.props,o.key,o.ref,o.__v):b[a]=o,c=a+v,o.__=e,o.__b=e.__b+1,s=null,~(l=o.__i=ie(o,n,c,_))&&(_--,(s=n[l])&&(s.__u|=2)),s&&s.__v?(o.__u|=16,l==c-1?v--:l==c+1?v++:l!=c&&(l>c?v--:v++,y=1)):(~l||(i>h?v--:i<h&&v++),typeof o.type!=`function`&&(o.__u|=4))):b[a]=null;if(y){for(u=[],d=[],a=0;a<i;a++)if((o=b[a])&&16&o.__u){for(v=0,p=u.length;v<p;)u[m=v+p>>1]<o.__i?v=m+1:p=m;u[v]=o.__i,d[a]=v+1}for(v=u.length;a--;)d[a]&&(d[a]==v?v--:b[a].__u|=4)}if(_)for(a=0;a<h;a++)!(s=n[a])||2&s.__u||(s.__e==r&&(r=w(s)),pe(s,s));return r}function re(e,t,n,r){var i,a,o,s;if(typeof e.type==`function`){if(e.props.__P)return t;if(i=e.__k)for(a=0;a<i.length;a++)i[a]&&(i[a].__=e,t=re(i[a],t,n,!1));return t}for(t&&!t.parentNode&&(t=w(e))&&!t.parentNode&&(t=null),o=e.__e,s=t;s&&s.nodeType==8;)s=s.nextSibling;for(o!=s&&(!r&&n.moveBefore&&o.parentNode?n.moveBefore(o,t):n.insertBefore(o,t||null)),t=o;(t&&=t.nextSibling)&&t.nodeType==8&&!t.data.startsWith(`$s`););return t}function ie(e,t,n,r){var i,a=e.key,o=e.type,s=t[n],c=s&&!(2&s.__u);if(s===null&&a==null||c&&a==s.key&&o==s.type)return n;if(r>+!!c){for(i=n-1;i>=0;i--)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i;for(i=n+1;i<t.length;i++)if((s=t[i])&&!(2&s.__u)&&a==s.key&&o==s.type)return i}return-1}function ae(e,t,n){n??=``,t[0]==`-`?e.setProperty(t,n):e[t]=n}function oe(e,t,n,r,i){var a,o;if(t==`style`){if(typeof n==`string`)e.style.cssText=n;else{if(typeof r==`string`&&(e.style.cssText=r=``),r)for(t in r)n&&t in n||ae(e.style,t);if(n)for(t in n)r&&n[t]==r[t]||ae(e.style,t,n[t])}}else if(t[0]==`o`&&t[1]==`n`)typeof n!=`function`&&(n=null),typeof r!=`function`&&(r=null),(e.__e||={})[t]=n,n&&r||(o=u[t]||(u[t]=se(t)),(e.__a||={})[t]=l,a=t!=(t=t.replace(c,`$1`)),(t=t.slice(2))[0]<`a`&&(t=t.toLowerCase()),n?e.addEventListener(t,o,a):e.removeEventListener(t,o,a));else{if(i==`http://www.w3.org/2000/svg`)t=t.replace(/xlink(H|:h)/,`h`).replace(/sName$/,`s`);else if(t!=`width`&&t!=`height`&&t!=`href`&&t!=`list`&&t!=`form`&&t!=`tabIndex`&&t!=`download`&&t!=`rowSpan`&&t!=`colSpan`&&t!=`role`&&t!=`popover`&&t in e)try{e[t]=n??``;return}catch{}if(typeof n==`function`)return;n==null||!1===n&&t[4]!=`-`?e.removeAttribute(t):e.setAttribute(t,t==`popover`&&n==1?``:n)}}function se(t){return function(n){var r=this.__e;if(r){if(r=r[t],n[s]==null)n[s]=l++;else if(n[s]<this.__a[t])return;return r(e.event?e.event(n):n)}}}function ce(t,n,r,i,a,o,s,c,l,u){var d,p,h,_,b,x,T,E,D,ee,ne,re,ie,ae,oe,se,ce,de,O=n.type;if(n.constructor!==f)return null;128&r.__u&&(l=32&r.__u,d=r.__c.__z)&&(n.__u|=l,p=o=[],d.nodeType==8?c=le(d,o):o.push(d),c=o[0]||c),(d=e.__b)&&d(n);n:if(typeof O==`function`){h=s.length;try{if(E=n.props,D=(d=O.prototype)&&d.render,ee=(d=O.contextType)&&i[d.__c],ne=d?ee?ee.props.value:d.__:i,(_=r.__c)?(n.__c=_,2&_.__g&&(_.__g|=1)):(D?n.__c=_=new O(E,ne):(n.__c=_=new C(E,ne),_.constructor=O,_.render=me),ee&&ee.sub(_),_.state||(_.state={}),_.__n=i,_.__g|=8,_.__h=[],_.__k=[]),D&&(_.__s||(_.__s=_.state),O.getDerivedStateFromProps&&(_.__s==_.state&&(_.__s=v({},_.__s)),v(_.__s,O.getDerivedStateFromProps(E,_.__s)))),b=_.props,x=_.state,_.__v=n,r.__c){if(E!==b&&D&&!O.getDerivedStateFromProps&&_.componentWillReceiveProps&&_.componentWillReceiveProps(E,ne),n.__v==r.__v&&!(8&_.__g)||!(4&_.__g)&&_.shouldComponentUpdate&&!1===_.shouldComponentUpdate(E,_.__s,ne)){n.__v!=r.__v&&(_.props=E,_.state=_.__s,_.__g&=-9),n.__e=r.__e,n.__k=r.__k,n.__k.some(function(e){e&&(e.__=n)}),m.push.apply(_.__h,_.__k),_.__k=[],_.__h.length&&s.push(_),c=w(r);break n}_.componentWillUpdate&&_.componentWillUpdate(E,_.__s,ne),D&&_.componentDidUpdate&&_.__h.push(function(){_.componentDidUpdate(b,x,T)})}else D&&!O.getDerivedStateFromProps&&_.componentWillMount&&_.componentWillMount(),D&&_.componentDidMount&&_.__h.push(_.componentDidMount);_.context=ne,_.props=E,_.__P=t,_.__g&=-5,re=e.__r,ie=D?25:0;do _.__g&=-9,re&&re(n),d=_.render(_.props,_.state=_.__s,_.context);while(8&_.__g&&++ie<25);D&&(m.push.apply(_.__h,_.__k),_.__k=[]),_.state=_.__s,_.getChildContext&&(i=v({},i,_.getChildContext())),D&&r.__c&&_.getSnapshotBeforeUpdate&&(T=_.getSnapshotBeforeUpdate(b,x)),ae=d&&d.type===S&&d.key==null?d.props.children:d,E.__P&&(d=c,a=(t=E.__P).namespaceURI,l=o=null,r.props&&r.props.__P!=t&&(r.__k.some(function(e){e&&pe(e,e)}),r.__k=null),c=r.__k?w(r,0):null),c=te(t,g(ae)?ae:[ae],n,r,i,a,o,s,c,l,u),E.__P&&(n.__e=null,c=d),n.__u&=-161,p&&p.some(y),_.__h.length&&s.push(_),1&_.__g&&(_.__g&=-4)}catch(t){if(s.length=h,n.__v=null,l||o){if(t&&t.then){if(n.__u|=128|l,o){for(~(ce=o.indexOf(c||void 0))||(ce=o.length);(de=o[ce-1])&&de.nodeType==8;)ce--;for(;ce<o.length;ce++)if(de=o[ce]){if(o[ce]=null,oe){if(de==se)break}else{if(de.nodeType!=8)break;de.data.startsWith(`$s`)&&(se=le(oe=de))}}}if(!oe){for(;c&&c.nodeType==8&&c.nextSibling;)c=c.nextSibling;oe=c}(d=le(oe=n.__c.__z||(n.__c.__z=oe)))?(n.__e=oe,c=d):n.__e=c,c&&=c.nextSibling}else o&&o.some(y)}else n.__e=r.__e;n.__k||=r.__k||[],t&&t.then||ue(n),e.__e(t,n,r)}}else c=n.__e=fe(r.__e,n,r,i,a,o,s,l,u,t);return(d=e.diffed)&&d(n),c}function le(e,t){if(e&&e.nodeType==8&&e.data.startsWith(`$s`))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith(`$s`))n++;else if(e.data.startsWith(`/$s`)&&!--n)return e}t&&t.push(e)}}function ue(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(ue))}function de(t,n,r){for(var i=0;i<r.length;)O(r[i++],r[i++],r[i++]);e.__c&&e.__c(n,t),t.some(function(n){try{t=n.__h,n.__h=[],t.some(function(e){e.call(n)})}catch(t){e.__e(t,n.__v)}})}function fe(t,n,r,i,a,o,s,c,l,u){var d,f,m,v,b,x,S,C,T=r.props||p,E=n.props,D=n.type;if(D==`svg`?a=`http://www.w3.org/2000/svg`:D==`math`?a=`http://www.w3.org/1998/Math/MathML`:a||=`http://www.w3.org/1999/xhtml`,o){for(d=0;d<o.length;d++)if((b=o[d])&&(D?b.localName==D:b.nodeType==3)){t=b,o[d]=null;break}}if(!t){if(C=u.ownerDocument||document,!D)return C.createTextNode(E);t=C.createElementNS(a,D,E.is?E:u),c&&=(e.__m&&e.__m(n,o),!1),o=null}if(D){if(u=D==`template`&&t.content||t,o=D==`textarea`&&E.defaultValue!=null?null:o&&_.call(u.childNodes),!c&&o)for(T={},d=0;d<t.attributes.length;d++)T[(b=t.attributes[d]).name]=b.value;for(d in T)b=T[d],d==`dangerouslySetInnerHTML`?m=b:d==`children`||d in E||d==`value`&&`defaultValue`in E||d==`checked`&&`defaultChecked`in E||oe(t,d,null,b,a);for(d in E)b=E[d],d==`children`?v=b:d==`dangerouslySetInnerHTML`?f=b:d==`value`?x=b:d==`checked`?S=b:c&&typeof b!=`function`||T[d]===b||oe(t,d,b,T[d],a);f?(c||m&&(f.__html==m.__html||f.__html==t.innerHTML)||(t.innerHTML=f.__html),n.__k=[]):(m&&(t.textContent=``),(D==`foreignObject`||a==`http://www.w3.org/1998/Math/MathML`&&h.test(D))&&(a=`http://www.w3.org/1999/xhtml`),te(u,g(v)?v:[v],n,r,i,a,o,s,o?o[0]:r.__k&&w(r,0),c,l),o&&o.some(y)),c&&D!=`textarea`||(d=`value`,D==`progress`&&x==null?t.removeAttribute(d):x==null||x===t[d]&&(D!=`progress`||x)||oe(t,d,x,T[d],a),d=`checked`,S!=null&&S!=t[d]&&oe(t,d,S,T[d],a))}else T===E||c&&t.data==E||(t.data=E);return t}function O(t,n,r,i){try{typeof t==`function`?n?n.__x=t(n)||1:(i&&=i.__c||i.__e)&&(n=i.__x)&&(i.__x=null,typeof n==`function`?n():t(null)):t.current=n}catch(t){e.__e(t,r)}}function pe(t,n,r){var i,a,o,s;if(e.unmount&&e.unmount(t),!(i=t.ref)||i.current&&i.current!=t.__e||O(i,null,n,t),i=t.__c){if(i.componentWillUnmount)try{i.componentWillUnmount()}catch(t){e.__e(t,n)}i.__P=i.__n=null}if(i=t.__k)for(s=0;s<i.length;s++)i[s]&&pe(i[s],n,typeof t.type!=`function`||r&&!t.props.__P);!r&&(i=t.__c)&&(i=i.__z)&&(a=le(i,o=[]))&&(i==t.__e&&o.some(y),y(a),y(i)),r||y(t.__e),t.__e=t.__c=t.__=null}function me(e,t,n){return this.constructor(e,n)}function he(t,n){var r,i,a,o;e.__&&e.__(t,n),n.nodeType==9&&(n=n.documentElement),i=(r=t&&32&t.__u)?null:n.__k,n.__k=x(S,{children:[t]}),a=[],o=[],ce(n,n.__k,i||p,p,n.namespaceURI,i?null:n.firstChild?_.call(n.childNodes):null,a,i?i.__e:n.firstChild,r,o),de(a,n.__k,o),n.__k.props.children=null}function ge(e){function t(e){var n,r;return this.getChildContext||(n=new Set,(r={})[t.__c]=this,this.getChildContext=function(){return r},this.shouldComponentUpdate=function(e){this.props.value!=e.value&&n.forEach(function(e){e.__g|=4,D(e)})},this.sub=function(e){n.add(e);var t=e.componentWillUnmount;e.componentWillUnmount=function(){n.delete(e),t&&t.call(e)}}),e.children}return t.__c=`__cC`+d++,t.__=e,t.Provider=(t.Consumer=function(e,t){return e.children(t)}).contextType=t,t}e={__e:function(e,t,n,r){for(var i,o,s;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((s=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(e)),i.componentDidCatch&&(i.componentDidCatch(e,r||{}),s=1),s&&8&i.__g)return void(i.__g|=2)}catch(t){e=t}}throw a=0,e}},t=0,n=function(e){return e!=null&&e.constructor===f},C.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=v({},this.state)),typeof e==`function`&&(e=e(v({},n),this.props)),e&&(v(n,e),this.__v&&(t&&this.__k.push(t),D(this)))},C.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),D(this))},C.prototype.render=S,r=[],a=0,o=function(e,t){return e.__v.__b-t.__v.__b},s=Symbol(),c=/(PointerCapture)$|Capture$/i,l=0,u={},d=0;var _e,k,ve,ye,be=Object.is,xe=0,Se=[],Ce=[],A=e,we=A.__b,Te=A.__r,Ee=A.diffed,De=A.__c,Oe=A.unmount,ke=A.__;function Ae(e,t){A.__h&&A.__h(k,e,xe||t),xe=0;var n=k.__H||(k.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function j(e){return xe=1,je(Ge,e)}function je(e,t,n){var r=Ae(_e++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Ge(void 0,t),function(e){var t=(r.__N||r.__)[0],n=r.t(t,e);be(t,n)||(r.__N=[n,r.__[1]],r.__c.setState({}))}],r.__c=k,!k.__f)){k.__f=!0;var i=k.shouldComponentUpdate;k.shouldComponentUpdate=function(e,t,n){var r=this.__H;if(!r)return!0;var a=!1,o=this.props!=e;if(r.__.some(function(e){e.__N&&(a=!0,be(e.__[0],e.__N[0])||(o=!0))}),i){var s=i.call(this,e,t,n);return a?s||o:s}return!a||o}}return r.__}function Me(e,t){var n=Ae(_e++,3);!A.__s&&We(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,k.__H.__h.push(n))}function Ne(e,t){var n=Ae(_e++,4);!A.__s&&We(n.__H,t)&&(n.__P=!1,n.__=e,n.u=t,k.__h.push(n))}function M(e){return xe=5,Pe(function(){return{current:e}},[])}function Pe(e,t){var n=Ae(_e++,7);return We(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function Fe(e,t){return xe=8,Pe(function(){return e},t)}function Ie(e){var t=k.context[e.__c],n=Ae(_e++,9);return n.c=e,t?(n.__??(n.__=!0,t.sub(k)),t.props.value):e.__}function Le(){var e=Ae(_e++,11);if(!e.__){for(var t=k.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__=`P`+n[0]+`-`+n[1]++}return e.__}function Re(){var e;do{for(;e=Ce.shift();)try{He(e)}catch(t){A.__e(t,{__:(e=e.__P)&&e.__v})}for(;e=Se.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(He),t.__h.some(Ue),t.__h=[]}catch(n){t.__h=[],A.__e(n,e.__v)}}}while(Ce.length)}A.__b=function(e){k=null,we&&we(e)},A.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),ke&&ke(e,t)},A.__r=function(e){Te&&Te(e),_e=0;var t=(k=e.__c).__H;t&&(ve==k?k.__h=[]:(t.__h.some(He),t.__h.some(Ue),_e=0),t.__h=[],t.__.some(function(e){e.__N&&(e.__=e.__N),e.u=e.__N=void 0})),ve=k},A.diffed=function(e){Ee&&Ee(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&Ve(Se.push(t)),t.__H.__.some(function(e){e.u&&(e.__H=e.u)})),ve=k=null},A.__c=function(e,t){t.some(function(e){try{e.__h.some(He),e.__h=e.__h.filter(function(e){return!e.__||Ue(e)})}catch(t){e.__h=[function(){throw t}]}}),De&&De(e,t)},A.unmount=function(e){Oe&&Oe(e);var t,n,r=e.__c;r&&r.__H&&(r.__H.__.some(function(r){try{if(r.__P&&r.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n&&=n.__c}r.__P=n,Ve(Ce.push(r))}else He(r)}catch(e){t=e}}),r.__H=void 0,t&&A.__e(t,r.__v))};var ze=typeof requestAnimationFrame==`function`;function Be(e){var t,n=function(){clearTimeout(r),ze&&cancelAnimationFrame(t),setTimeout(e)},r=setTimeout(n,35);ze&&(t=requestAnimationFrame(n))}function Ve(e){e!=1&&ye==A.requestAnimationFrame||((ye=A.requestAnimationFrame)||Be)(Re)}function He(e){var t=k,n=e.__c;typeof n==`function`&&(e.__c=void 0,n()),k=t}function Ue(e){var t=k;e.__c=e.__(),k=t}function We(e,t){return!e||e.length!=t.length||t.some(function(t,n){return!be(t,e[n])})}function Ge(e,t){return typeof t==`function`?t(e):t}var Ke=Symbol.for(`preact-signals`);function qe(){if(Qe>1)Qe--;else{var e,t=!1;for((function(){var e=nt;for(nt=void 0;e!==void 0;){var t=e.S;if(t.v===e.v)for(var n=t.t;n!==void 0;n=n.x)n.i===e.i&&(n.i=t.i);e=e.o}})();Ze!==void 0;){var n=Ze;for(Ze=void 0,$e++;n!==void 0;){var r=n.u;if(n.u=void 0,n.f&=-3,!(8&n.f)&&at(n))try{n.c()}catch(n){t||=(e=n,!0)}n=r}}if($e=0,Qe--,t)throw e}}function Je(e){if(Qe>0)return e();tt=++et,Qe++;try{return e()}finally{qe()}}var Ye,N=void 0;function Xe(e){var t=N,n=Ye;N=void 0,Ye=void 0;try{return e()}finally{N=t,Ye=n}}var Ze=void 0,Qe=0,$e=0,et=0,tt=0,nt=void 0,rt=0;function it(e){if(N!==void 0){var t=e.n;if(t===void 0||t.t!==N)return t={i:0,S:e,p:N.s,n:void 0,t:N,e:void 0,x:void 0,r:t},N.s!==void 0&&(N.s.n=t),N.s=t,e.n=t,32&N.f&&e.S(t),t;if(t.i===-1)return t.i=0,t.n!==void 0&&(t.n.p=t.p,t.p!==void 0&&(t.p.n=t.n),t.p=N.s,t.n=void 0,N.s.n=t,N.s=t),t}}function P(e,t){this.v=e,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=t?.watched,this.Z=t?.unwatched,this.name=t?.name}P.prototype.brand=Ke,P.prototype.h=function(){return!0},P.prototype.S=function(e){var t=this,n=this.t;n!==e&&e.e===void 0&&(e.x=n,this.t=e,n===void 0?Xe(function(){var e;(e=t.W)==null||e.call(t)}):n.e=e)},P.prototype.U=function(e){var t=this;if(this.t!==void 0){var n=e.e,r=e.x;n!==void 0&&(n.x=r,e.e=void 0),r!==void 0&&(r.e=n,e.x=void 0),e===this.t&&(this.t=r,r===void 0&&Xe(function(){var e;(e=t.Z)==null||e.call(t)}))}},P.prototype.subscribe=function(e){var t=this;return mt(function(){var n=t.value;Xe(function(){return e(n)})},{name:`sub`})},P.prototype.valueOf=function(){return this.value},P.prototype.toString=function(){return this.value+``},P.prototype.toJSON=function(){return this.value},P.prototype.peek=function(){var e=this;return Xe(function(){return e.value})},Object.defineProperty(P.prototype,"value",{get:function(){var e=it(this);return e!==void 0&&(e.i=this.i),this.v},set:function(e){if(e!==this.v){if($e>100)throw Error(`Cycle detected`);(function(e){Qe!==0&&$e===0&&e.l!==tt&&(e.l=tt,nt={S:e,v:e.v,i:e.i,o:nt})})(this),this.v=e,this.i++,rt++,Qe++;try{for(var t=this.t;t!==void 0;t=t.x)t.t.N()}finally{qe()}}}});function F(e,t){return new P(e,t)}function at(e){for(var t=e.s;t!==void 0;t=t.n)if(t.S.i!==t.i||!t.S.h()||t.S.i!==t.i)return!0;return!1}function ot(e){for(var t=e.s;t!==void 0;t=t.n){var n=t.S.n;if(n!==void 0&&(t.r=n),t.S.n=t,t.i=-1,t.n===void 0){e.s=t;break}}}function st(e){for(var t=e.s,n=void 0;t!==void 0;){var r=t.p;t.i===-1?(t.S.U(t),r!==void 0&&(r.n=t.n),t.n!==void 0&&(t.n.p=r)):n=t,t.S.n=t.r,t.r!==void 0&&(t.r=void 0),t=r}e.s=n}function ct(e,t){P.call(this,void 0,t),this.x=e,this.s=void 0,this.g=rt-1,this.f=4}ct.prototype=new P,ct.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===rt))return!0;if(this.g=rt,this.f|=1,this.i>0&&!at(this))return this.f&=-2,!0;var e=N;try{ot(this),N=this;var t=this.x();(16&this.f||this.v!==t||this.i===0)&&(this.v=t,this.f&=-17,this.i++)}catch(e){this.v=e,this.f|=16,this.i++}return N=e,st(this),this.f&=-2,!0},ct.prototype.S=function(e){if(this.t===void 0){this.f|=36;for(var t=this.s;t!==void 0;t=t.n)t.S.S(t)}P.prototype.S.call(this,e)},ct.prototype.U=function(e){if(this.t!==void 0&&(P.prototype.U.call(this,e),this.t===void 0)){this.f&=-33;for(var t=this.s;t!==void 0;t=t.n)t.S.U(t)}},ct.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var e=this.t;e!==void 0;e=e.x)e.t.N()}},Object.defineProperty(ct.prototype,"value",{get:function(){if(1&this.f)throw Error(`Cycle detected`);var e=it(this);if(this.h(),e!==void 0&&(e.i=this.i),16&this.f)throw this.v;return this.v}});function lt(e,t){return new ct(e,t)}function ut(e){var t=e.j;if(e.j=void 0,typeof t==`function`){Qe++;var n=N;N=void 0;try{t()}catch(t){throw e.f&=-2,e.f|=8,dt(e),t}finally{N=n,qe()}}}function dt(e){for(var t=e.s;t!==void 0;t=t.n)t.S.U(t);e.x=void 0,e.s=void 0,ut(e)}function ft(e){if(N!==this)throw Error(`Out-of-order effect`);st(this),N=e,this.f&=-2;try{8&this.f&&dt(this)}finally{qe()}}function pt(e,t){this.x=e,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=t?.name,Ye&&Ye.push(this)}pt.prototype.c=function(){var e=this.S();try{if(8&this.f||this.x===void 0)return;var t=this.x();typeof t==`function`&&(this.j=t)}finally{e()}},pt.prototype.S=function(){if(1&this.f)throw Error(`Cycle detected`);this.f|=1,this.f&=-9,ut(this),ot(this),Qe++;var e=N;return N=this,ft.bind(this,e)},pt.prototype.N=function(){2&this.f||(this.f|=2,this.u=Ze,Ze=this)},pt.prototype.d=function(){this.f|=8,1&this.f||dt(this)},pt.prototype.dispose=function(){this.d()};function mt(e,t){var n=new pt(e,t);try{n.c()}catch(e){throw n.d(),e}var r=n.d.bind(n);return r[Symbol.dispose]=r,r}var ht,gt,_t=typeof window<`u`&&!!window.__PREACT_SIGNALS_DEVTOOLS__,vt=[];mt(function(){ht=this.N})();function yt(t,n){e[t]=n.bind(null,e[t]||function(){})}function bt(e){if(gt){var t=gt;gt=void 0,t()}gt=e&&e.S()}function xt(e){var t=this,r=e.data,i=Ct(r);i.name=`ReactiveDom`,i.value=r;var a=Pe(function(){for(var e=t,r=t.__v;r=r.__;)if(r.__c){r.__c.__$f|=4;break}var a=lt(function(){var e=i.value.value;return e===0?0:!0===e?``:e||``}),o=lt(function(){return!Array.isArray(a.value)&&!n(a.value)}),s=mt(function(){if(this.N=Et,o.value){var t=a.value;e.__v&&e.__v.__e&&e.__v.__e.nodeType===3&&(e.__v.__e.data=t)}}),c=t.__$u.d;return t.__$u.d=function(){s(),c.call(this)},[o,a]},[]),o=a[0],s=a[1];return o.value?s.peek():s.value}xt.displayName=`ReactiveTextNode`,Object.defineProperties(P.prototype,{constructor:{configurable:!0,value:b(S,null).constructor},type:{configurable:!0,value:xt},props:{configurable:!0,get:function(){var e=this;return{data:{get value(){return e.value}}}}},__b:{configurable:!0,value:1}}),yt(`__b`,function(e,t){if(bt(),typeof t.type==`string`){var n,r=t.props;for(var i in r)if(i!==`children`){var a=r[i];a instanceof P&&(n||(t.__np=n={}),n[i]=a,r[i]=a.peek())}}e(t)}),yt(`__r`,function(e,t){if(e(t),t.type!==S){bt();var n,r=t.__c;r&&(r.__$f&=-2,(n=r.__$u)===void 0&&(r.__$u=n=function(e,t){var n;return mt(function(){n=this},{name:t}),n.c=e,n}(function(e){return function(){var t;_t&&((t=this.y)==null||t.call(this)),e.__$f|=1,e.setState({})}}(r),typeof t.type==`function`?t.type.displayName||t.type.name:``))),bt(n)}}),yt(`__e`,function(e,t,n,r){bt(),e(t,n,r)}),yt(`diffed`,function(e,t){bt();var n;if(typeof t.type==`string`&&(n=t.__e)){var r=t.__np,i=t.props,a=n.U;if(a)for(var o in a){var s=a[o];s===void 0||r&&o in r||(s.d(),a[o]=void 0)}if(r)for(var c in a||(a={},n.U=a),r){var l=a[c],u=r[c];l===void 0?(l=St(n,c,u,i),a[c]=l):l.o(u,i)}}e(t)});function St(e,t,n,r){var i=t in e&&e.ownerSVGElement===void 0,a=F(n);return{o:function(e,t){a.value=e,r=t},d:mt(function(){this.N=Et;var n=a.value.value;r[t]!==n&&(r[t]=n,i?e[t]=n:n!=null&&(!1!==n||t[4]===`-`)?e.setAttribute(t,n):e.removeAttribute(t))})}}yt(`unmount`,function(e,t){if(typeof t.type==`string`){var n=t.__e;if(n){var r=n.U;if(r)for(var i in n.U=void 0,r){var a=r[i];a&&a.d()}}var o=t.__np;if(o){var s=t.props;for(var c in o)s[c]=o[c]}t.__np=void 0}else{var l=t.__c;if(l){l.__$f|=8;var u=l.__$u;u&&(l.__$u=void 0,u.d())}}e(t)}),yt(`__h`,function(e,t,n,r){r<3&&(t.__$f|=2),e(t,n,r)}),C.prototype.shouldComponentUpdate=function(e,t){if(this.__R)return!0;var n=this.__$u,r=n&&n.s!==void 0;for(var i in t)return!0;if(this.__f||typeof this.u==`boolean`&&!0===this.u){var a=2&this.__$f;if(!(r||a||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var o in e)if(o!==`__source`&&e[o]!==this.props[o])return!0;for(var s in this.props)if(!(s in e))return!0;return!1};function Ct(e,t){return Pe(function(){return F(e,t)},[])}var wt=function(e){queueMicrotask(function(){queueMicrotask(e)})};function Tt(){Je(function(){for(var e;e=vt.shift();)ht.call(e)})}function Et(){vt.push(this)===1&&(e.requestAnimationFrame||wt)(Tt)}var Dt={NAME:`Name`,DOCUMENT:`Document`,OPERATION_DEFINITION:`OperationDefinition`,VARIABLE_DEFINITION:`VariableDefinition`,SELECTION_SET:`SelectionSet`,FIELD:`Field`,ARGUMENT:`Argument`,FRAGMENT_SPREAD:`FragmentSpread`,INLINE_FRAGMENT:`InlineFragment`,FRAGMENT_DEFINITION:`FragmentDefinition`,VARIABLE:`Variable`,INT:`IntValue`,FLOAT:`FloatValue`,STRING:`StringValue`,BOOLEAN:`BooleanValue`,NULL:`NullValue`,ENUM:`EnumValue`,LIST:`ListValue`,OBJECT:`ObjectValue`,OBJECT_FIELD:`ObjectField`,DIRECTIVE:`Directive`,NAMED_TYPE:`NamedType`,LIST_TYPE:`ListType`,NON_NULL_TYPE:`NonNullType`},Ot=class extends Error{constructor(e,t,n,r,i,a,o){super(e),this.name=`GraphQLError`,this.message=e,i&&(this.path=i),t&&(this.nodes=Array.isArray(t)?t:[t]),n&&(this.source=n),r&&(this.positions=r),a&&(this.originalError=a);var s=o;if(!s&&a){var c=a.extensions;c&&typeof c==`object`&&(s=c)}this.extensions=s||{}}toJSON(){return{...this,message:this.message}}toString(){return this.message}get[Symbol.toStringTag](){return`GraphQLError`}},I,L;function R(e){return new Ot(`Syntax Error: Unexpected token at ${L} in ${e}`)}function kt(e){if(e.lastIndex=L,e.test(I))return I.slice(L,L=e.lastIndex)}var At=/ +(?=[^\s])/y;function jt(e){for(var t=e.split(`
`),n=``,r=0,i=0,a=t.length-1,o=0;o<t.length;o++)At.lastIndex=0,At.test(t[o])&&(o&&(!r||At.lastIndex<r)&&(r=At.lastIndex),i||=o,a=o);for(var s=i;s<=a;s++)s!==i&&(n+=`
`),n+=t[s].slice(r).replace(/\\"""/g,`"""`);return n}function z(){for(var e=0|I.charCodeAt(L++);e===9||e===10||e===13||e===32||e===35||e===44||e===65279;e=0|I.charCodeAt(L++))if(e===35)for(;(e=0|I.charCodeAt(L++))&&e!==10&&e!==13;);L--}function Mt(){for(var e=L,t=0|I.charCodeAt(L++);t>=48&&t<=57||t>=65&&t<=90||t===95||t>=97&&t<=122;t=0|I.charCodeAt(L++));if(e===L-1)throw R(`Name`);var n=I.slice(e,--L);return z(),n}function B(){return{kind:`Name`,value:Mt()}}var Nt=/(?:"""|(?:[\s\S]*?[^\\])""")/y,Pt=/(?:(?:\.\d+)?[eE][+-]?\d+|\.\d+)/y;function Ft(e){var t;switch(I.charCodeAt(L)){case 91:L++,z();for(var n=[];I.charCodeAt(L)!==93;)n.push(Ft(e));return L++,z(),{kind:`ListValue`,values:n};case 123:L++,z();for(var r=[];I.charCodeAt(L)!==125;){var i=B();if(I.charCodeAt(L++)!==58)throw R(`ObjectField`);z(),r.push({kind:`ObjectField`,name:i,value:Ft(e)})}return L++,z(),{kind:`ObjectValue`,fields:r};case 36:if(e)throw R(`Variable`);return L++,{kind:`Variable`,name:B()};case 34:if(I.charCodeAt(L+1)===34&&I.charCodeAt(L+2)===34){if(L+=3,(t=kt(Nt))==null)throw R(`StringValue`);return z(),{kind:`StringValue`,value:jt(t.slice(0,-3)),block:!0}}var a=L,o;L++;var s=!1;for(o=0|I.charCodeAt(L++);o===92&&(L++,s=!0)||o!==10&&o!==13&&o!==34&&o;o=0|I.charCodeAt(L++));if(o!==34)throw R(`StringValue`);return t=I.slice(a,L),z(),{kind:`StringValue`,value:s?JSON.parse(t):t.slice(1,-1),block:!1};case 45:case 48:case 49:case 50:case 51:case 52:case 53:case 54:case 55:case 56:case 57:for(var c=L++,l;(l=0|I.charCodeAt(L++))>=48&&l<=57;);var u=I.slice(c,--L);if((l=I.charCodeAt(L))===46||l===69||l===101){if((t=kt(Pt))==null)throw R(`FloatValue`);return z(),{kind:`FloatValue`,value:u+t}}return z(),{kind:`IntValue`,value:u};case 110:if(I.charCodeAt(L+1)===117&&I.charCodeAt(L+2)===108&&I.charCodeAt(L+3)===108)return L+=4,z(),{kind:`NullValue`};break;case 116:if(I.charCodeAt(L+1)===114&&I.charCodeAt(L+2)===117&&I.charCodeAt(L+3)===101)return L+=4,z(),{kind:`BooleanValue`,value:!0};break;case 102:if(I.charCodeAt(L+1)===97&&I.charCodeAt(L+2)===108&&I.charCodeAt(L+3)===115&&I.charCodeAt(L+4)===101)return L+=5,z(),{kind:`BooleanValue`,value:!1}}return{kind:`EnumValue`,value:Mt()}}function It(e){if(I.charCodeAt(L)===40){var t=[];L++,z();do{var n=B();if(I.charCodeAt(L++)!==58)throw R(`Argument`);z(),t.push({kind:`Argument`,name:n,value:Ft(e)})}while(I.charCodeAt(L)!==41);return L++,z(),t}}function Lt(e){if(I.charCodeAt(L)===64){var t=[];do L++,t.push({kind:`Directive`,name:B(),arguments:It(e)});while(I.charCodeAt(L)===64);return t}}function Rt(){for(var e=0;I.charCodeAt(L)===91;)e++,L++,z();var t={kind:`NamedType`,name:B()};do if(I.charCodeAt(L)===33&&(L++,z(),t={kind:`NonNullType`,type:t}),e){if(I.charCodeAt(L++)!==93)throw R(`NamedType`);z(),t={kind:`ListType`,type:t}}while(e--);return t}function zt(){if(I.charCodeAt(L++)!==123)throw R(`SelectionSet`);return z(),Bt()}function Bt(){var e=[];do if(I.charCodeAt(L)===46){if(I.charCodeAt(++L)!==46||I.charCodeAt(++L)!==46)throw R(`SelectionSet`);switch(L++,z(),I.charCodeAt(L)){case 64:e.push({kind:`InlineFragment`,typeCondition:void 0,directives:Lt(!1),selectionSet:zt()});break;case 111:I.charCodeAt(L+1)===110?(L+=2,z(),e.push({kind:`InlineFragment`,typeCondition:{kind:`NamedType`,name:B()},directives:Lt(!1),selectionSet:zt()})):e.push({kind:`FragmentSpread`,name:B(),directives:Lt(!1)});break;case 123:L++,z(),e.push({kind:`InlineFragment`,typeCondition:void 0,directives:void 0,selectionSet:Bt()});break;default:e.push({kind:`FragmentSpread`,name:B(),directives:Lt(!1)})}}else{var t=B(),n=void 0;I.charCodeAt(L)===58&&(L++,z(),n=t,t=B());var r=It(!1),i=Lt(!1),a=void 0;I.charCodeAt(L)===123&&(L++,z(),a=Bt()),e.push({kind:`Field`,alias:n,name:t,arguments:r,directives:i,selectionSet:a})}while(I.charCodeAt(L)!==125);return L++,z(),{kind:`SelectionSet`,selections:e}}function Vt(){if(z(),I.charCodeAt(L)===40){var e=[];L++,z();do{var t=void 0;if(I.charCodeAt(L)===34&&(t=Ft(!0)),I.charCodeAt(L++)!==36)throw R(`Variable`);var n=B();if(I.charCodeAt(L++)!==58)throw R(`VariableDefinition`);z();var r=Rt(),i=void 0;I.charCodeAt(L)===61&&(L++,z(),i=Ft(!0)),z();var a={kind:`VariableDefinition`,variable:{kind:`Variable`,name:n},type:r,defaultValue:i,directives:Lt(!0)};t&&(a.description=t),e.push(a)}while(I.charCodeAt(L)!==41);return L++,z(),e}}function Ht(e){var t=B();if(I.charCodeAt(L++)!==111||I.charCodeAt(L++)!==110)throw R(`FragmentDefinition`);z();var n={kind:`FragmentDefinition`,name:t,typeCondition:{kind:`NamedType`,name:B()},directives:Lt(!1),selectionSet:zt()};return e&&(n.description=e),n}function Ut(){var e=[];do{var t=void 0;if(I.charCodeAt(L)===34&&(t=Ft(!0)),I.charCodeAt(L)===123){if(t)throw R(`Document`);L++,z(),e.push({kind:`OperationDefinition`,operation:`query`,name:void 0,variableDefinitions:void 0,directives:void 0,selectionSet:Bt()})}else{var n=Mt();switch(n){case`fragment`:e.push(Ht(t));break;case`query`:case`mutation`:case`subscription`:var r,i=void 0;(r=I.charCodeAt(L))!==40&&r!==64&&r!==123&&(i=B());var a={kind:`OperationDefinition`,operation:n,name:i,variableDefinitions:Vt(),directives:Lt(!1),selectionSet:zt()};t&&(a.description=t),e.push(a);break;default:throw R(`Document`)}}}while(L<I.length);return e}function Wt(e,t){return I=e.body?e.body:e,L=0,z(),t&&t.noLocation?{kind:`Document`,definitions:Ut()}:{kind:`Document`,definitions:Ut(),loc:{start:0,end:I.length,startToken:void 0,endToken:void 0,source:{body:I,name:`graphql.web`,locationOffset:{line:1,column:1}}}}}function V(e,t,n){for(var r=``,i=0;i<e.length;i++)i&&(r+=t),r+=n(e[i]);return r}function Gt(e){return JSON.stringify(e)}function Kt(e){return`"""
`+e.replace(/"""/g,`\\"""`)+`
"""`}var qt=`
`,H={OperationDefinition(e){var t=``;e.description&&(t+=H.StringValue(e.description)+`
`),t+=e.operation,e.name&&(t+=` `+e.name.value),e.variableDefinitions&&e.variableDefinitions.length&&(e.name||(t+=` `),t+=`(`+V(e.variableDefinitions,`, `,H.VariableDefinition)+`)`),e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive));var n=H.SelectionSet(e.selectionSet);return t===`query`?n:t+` `+n},VariableDefinition(e){var t=``;return e.description&&(t+=H.StringValue(e.description)+` `),t+=H.Variable(e.variable)+`: `+Jt(e.type),e.defaultValue&&(t+=` = `+Jt(e.defaultValue)),e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive)),t},Field(e){var t=e.alias?e.alias.value+`: `+e.name.value:e.name.value;if(e.arguments&&e.arguments.length){var n=V(e.arguments,`, `,H.Argument);t.length+n.length+2>80?t+=`(`+(qt+=`  `)+V(e.arguments,qt,H.Argument)+(qt=qt.slice(0,-2))+`)`:t+=`(`+n+`)`}return e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive)),e.selectionSet&&e.selectionSet.selections.length&&(t+=` `+H.SelectionSet(e.selectionSet)),t},StringValue(e){return e.block?Kt(e.value).replace(/\n/g,qt):Gt(e.value)},BooleanValue:e=>``+e.value,NullValue:e=>`null`,IntValue:e=>e.value,FloatValue:e=>e.value,EnumValue:e=>e.value,Name:e=>e.value,Variable:e=>`$`+e.name.value,ListValue:e=>`[`+V(e.values,`, `,Jt)+`]`,ObjectValue:e=>`{`+V(e.fields,`, `,H.ObjectField)+`}`,ObjectField:e=>e.name.value+`: `+Jt(e.value),Document(e){return!e.definitions||!e.definitions.length?``:V(e.definitions,`

`,Jt)},SelectionSet:e=>`{`+(qt+=`  `)+V(e.selections,qt,Jt)+(qt=qt.slice(0,-2))+`}`,Argument:e=>e.name.value+`: `+Jt(e.value),FragmentSpread(e){var t=`...`+e.name.value;return e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive)),t},InlineFragment(e){var t=`...`;return e.typeCondition&&(t+=` on `+e.typeCondition.name.value),e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive)),t+=` `+H.SelectionSet(e.selectionSet)},FragmentDefinition(e){var t=``;return e.description&&(t+=H.StringValue(e.description)+`
`),t+=`fragment `+e.name.value,t+=` on `+e.typeCondition.name.value,e.directives&&e.directives.length&&(t+=` `+V(e.directives,` `,H.Directive)),t+` `+H.SelectionSet(e.selectionSet)},Directive(e){var t=`@`+e.name.value;return e.arguments&&e.arguments.length&&(t+=`(`+V(e.arguments,`, `,H.Argument)+`)`),t},NamedType:e=>e.name.value,ListType:e=>`[`+Jt(e.type)+`]`,NonNullType:e=>Jt(e.type)+`!`},Jt=e=>H[e.kind](e);function Yt(e){return qt=`
`,H[e.kind]?H[e.kind](e):``}var Xt=()=>{},U=Xt;function W(e){return{tag:0,0:e}}function Zt(e){return{tag:1,0:e}}var Qt=()=>typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`,$t=e=>e;function en(e){return t=>n=>{var r=[],i=U,a=U,o=!1,s=!1,c=!1,l=!1;function u(t){c=!0,t((t=>{t===0?c&&(c=!1,r.length?u(e(r.shift())):l?n(0):o||(o=!0,i(0))):t.tag===0?(s=!1,(a=t[0])(0)):c&&(n(t),s?s=!1:a(0))}))}t((t=>{l||(t===0?(l=!0,!c&&!r.length&&n(0)):t.tag===0?i=t[0]:(o=!1,c?r.push(t[0]):u(e(t[0]))))})),n(W((e=>{e===1?(l||(l=!0,i(1)),c&&(c=!1,a(1))):(!l&&!o&&(o=!0,i(0)),c&&!s&&(s=!0,a(0)))})))}}function tn(e){return en($t)(e)}function nn(e){return tn(bn(e))}function G(e){return t=>n=>{var r=U;t((t=>{t===0?n(0):t.tag===0?(r=t[0],n(t)):e(t[0])?n(t):r(0)}))}}function rn(e){return t=>n=>t((t=>{t===0||t.tag===0?n(t):n(Zt(e(t[0])))}))}function an(e){return t=>n=>{var r=[],i=U,a=!1,o=!1;t((t=>{o||(t===0?(o=!0,r.length||n(0)):t.tag===0?i=t[0]:(a=!1,(function(e){var t=U;e((e=>{if(e===0){if(r.length){var s=r.indexOf(t);s>-1&&(r=r.slice()).splice(s,1),r.length||(o?n(0):a||(a=!0,i(0)))}}else e.tag===0?(r.push(t=e[0]),t(0)):r.length&&(n(e),t(0))}))})(e(t[0])),a||(a=!0,i(0))))})),n(W((e=>{if(e===1){o||(o=!0,i(1));for(var t=0,n=r,s=r.length;t<s;t++)n[t](1);r.length=0}else{!o&&!a?(a=!0,i(0)):a=!1;for(var c=0,l=r,u=r.length;c<u;c++)l[c](0)}})))}}function on(e){return an($t)(e)}function sn(e){return on(bn(e))}function cn(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0),e();else if(t.tag===0){var i=t[0];n(W((t=>{t===1?(r=!0,i(1),e()):i(t)})))}else n(t)}}))}}function ln(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0);else if(t.tag===0){var i=t[0];n(W((e=>{e===1&&(r=!0),i(e)})))}else e(t[0]),n(t)}}))}}function un(e){return t=>n=>t((t=>{t===0?n(0):t.tag===0?(n(t),e()):n(t)}))}function dn(e,t){return n=>r=>{var i=t;n((t=>{t===0?r(0):t.tag===0?r(t):r(Zt(i=e(i,t[0])))}))}}function fn(e){var t=[],n=U,r=!1;return i=>{t.push(i),t.length===1&&e((e=>{if(e===0){for(var i=0,a=t,o=t.length;i<o;i++)a[i](0);t.length=0}else if(e.tag===0)n=e[0];else{r=!1;for(var s=0,c=t,l=t.length;s<l;s++)c[s](e)}})),i(W((e=>{if(e===1){var a=t.indexOf(i);a>-1&&(t=t.slice()).splice(a,1),t.length||n(1)}else r||(r=!0,n(0))})))}}function pn(e){return t=>n=>{var r=U,i=U,a=!1,o=!1,s=!1,c=!1;t((t=>{c||(t===0?(c=!0,s||n(0)):t.tag===0?r=t[0]:(s&&(i(1),i=U),a?a=!1:(a=!0,r(0)),(function(e){s=!0,e((e=>{s&&(e===0?(s=!1,c?n(0):a||(a=!0,r(0))):e.tag===0?(o=!1,(i=e[0])(0)):(n(e),o?o=!1:i(0)))}))})(e(t[0]))))})),n(W((e=>{e===1?(c||(c=!0,r(1)),s&&(s=!1,i(1))):(!c&&!a&&(a=!0,r(0)),s&&!o&&(o=!0,i(0)))})))}}function mn(e){return t=>n=>{var r=U,i=!1,a=0;t((t=>{i||(t===0?(i=!0,n(0)):t.tag===0?e<=0?(i=!0,n(0),t[0](1)):r=t[0]:a++<e?(n(t),!i&&a>=e&&(i=!0,n(0),r(1))):n(t))})),n(W((t=>{t===1&&!i?(i=!0,r(1)):t===0&&!i&&a<e&&r(0)})))}}function hn(e){return t=>n=>{var r=U,i=U,a=!1;t((t=>{a||(t===0?(a=!0,i(1),n(0)):t.tag===0?(r=t[0],e((e=>{e===0||(e.tag===0?(i=e[0])(0):(a=!0,i(1),r(1),n(0)))}))):n(t))})),n(W((e=>{e===1&&!a?(a=!0,r(1),i(1)):a||r(0)})))}}function gn(e,t){return n=>r=>{var i=U,a=!1;n((n=>{a||(n===0?(a=!0,r(0)):n.tag===0?(i=n[0],r(n)):e(n[0])?r(n):(a=!0,t&&r(n),r(0),i(1)))}))}}function _n(e){return t=>e()(t)}function vn(e){return t=>{var n=e[Qt()]&&e[Qt()]()||e,r=!1,i=!1,a=!1,o;t(W((async e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=await n.next()).done)r=!0,n.return&&await n.return(),t(0);else try{a=!1,t(Zt(o.value))}catch(e){if(n.throw)(r=!!(await n.throw(e)).done)&&t(0);else throw e}i=!1}})))}}function yn(e){return e[Qt()]?vn(e):t=>{var n=e[Symbol.iterator](),r=!1,i=!1,a=!1,o;t(W((e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=n.next()).done)r=!0,n.return&&n.return(),t(0);else try{a=!1,t(Zt(o.value))}catch(e){if(n.throw)(r=!!n.throw(e).done)&&t(0);else throw e}i=!1}})))}}var bn=yn;function xn(e){return t=>{var n=!1;t(W((r=>{r===1?n=!0:n||(n=!0,t(Zt(e)),t(0))})))}}function Sn(e){return t=>{var n=!1,r=e({next(e){n||t(Zt(e))},complete(){n||(n=!0,t(0))}});t(W((e=>{e===1&&!n&&(n=!0,r())})))}}function Cn(){var e,t;return{source:fn(Sn((n=>(e=n.next,t=n.complete,Xt)))),next(t){e&&e(t)},complete(){t&&t()}}}function wn(e){return t=>{var n=U,r=!1;return t((t=>{t===0?r=!0:t.tag===0?(n=t[0])(0):r||(e(t[0]),n(0))})),{unsubscribe(){r||(r=!0,n(1))}}}}function Tn(e){wn((e=>{}))(e)}function En(e){return new Promise((t=>{var n=U,r;e((e=>{e===0?Promise.resolve(r).then(t):e.tag===0?(n=e[0])(0):(r=e[0],n(0))}))}))}var Dn=e=>e&&typeof e.message==`string`&&(e.extensions||e.name===`GraphQLError`)?e:typeof e==`object`&&typeof e.message==`string`?new Ot(e.message,e.nodes,e.source,e.positions,e.path,e,e.extensions||{}):new Ot(e),On=class extends Error{constructor(e){var t=(e.graphQLErrors||[]).map(Dn),n=((e,t)=>{var n=``;if(e)return`[Network] ${e.message}`;if(t)for(var r=0,i=t.length;r<i;r++)n&&(n+=`
`),n+=`[GraphQL] ${t[r].message}`;return n})(e.networkError,t);super(n),this.name=`CombinedError`,this.message=n,this.graphQLErrors=t,this.networkError=e.networkError,this.response=e.response}toString(){return this.message}},kn=(e,t)=>{for(var n=0|(t||5381),r=0,i=0|e.length;r<i;r++)n=(n<<5)+n+e.charCodeAt(r);return n},An=new Set,jn=new WeakMap,Mn=(e,t)=>{if(e===null||An.has(e))return`null`;if(typeof e!=`object`)return JSON.stringify(e)||``;if(e.toJSON)return Mn(e.toJSON(),t);if(Array.isArray(e)){for(var n=`[`,r=0,i=e.length;r<i;r++)n.length>1&&(n+=`,`),n+=Mn(e[r],t)||`null`;return n+=`]`}if(!t&&(In!==Fn&&e instanceof In||Ln!==Fn&&e instanceof Ln))return`null`;var a=Object.keys(e).sort();if(!a.length&&e.constructor&&Object.getPrototypeOf(e).constructor!==Object.prototype.constructor){var o=jn.get(e)||Math.random().toString(36).slice(2);return jn.set(e,o),Mn({__key:o},t)}An.add(e);for(var s=`{`,c=0,l=a.length;c<l;c++){var u=Mn(e[a[c]],t);u&&(s.length>1&&(s+=`,`),s+=Mn(a[c],t)+`:`+u)}return An.delete(e),s+=`}`},Nn=(e,t,n)=>{if(!(typeof n!=`object`||!n||n.toJSON||An.has(n))){if(Array.isArray(n))for(var r=0,i=n.length;r<i;r++)Nn(e,`${t}.${r}`,n[r]);else if(n instanceof In||n instanceof Ln)e.set(t,n);else for(var a in An.add(n),n)Nn(e,`${t}.${a}`,n[a])}},Pn=(e,t)=>(An.clear(),Mn(e,t||!1)),Fn=class{},In=typeof File<`u`?File:Fn,Ln=typeof Blob<`u`?Blob:Fn,Rn=/("{3}[\s\S]*"{3}|"(?:\\.|[^"])*")/g,zn=/(?:#[^\n\r]+)?(?:[\r\n]+|$)/g,Bn=(e,t)=>t%2==0?e.replace(zn,`
`):e,Vn=e=>e.split(Rn).map(Bn).join(``).trim(),Hn=new Map,Un=new Map,Wn=e=>{var t;return typeof e==`string`?t=Vn(e):e.loc&&Un.get(e.__key)===e?t=e.loc.source.body:(t=Hn.get(e)||Vn(Yt(e)),Hn.set(e,t)),typeof e!=`string`&&!e.loc&&(e.loc={start:0,end:t.length,source:{body:t,name:`gql`,locationOffset:{line:1,column:1}}}),t},Gn=e=>{var t;if(e.documentId)t=kn(e.documentId);else if(t=kn(Wn(e)),e.definitions){var n=Jn(e);n&&(t=kn(`\n# ${n}`,t))}return t},Kn=e=>{var t,n;return typeof e==`string`?(t=Gn(e),n=Un.get(t)||Wt(e,{noLocation:!0})):(t=e.__key||Gn(e),n=Un.get(t)||e),n.loc||Wn(n),n.__key=t,Un.set(t,n),n},qn=(e,t,n)=>{var r=t||{},i=Kn(e),a=Pn(r,!0),o=i.__key;return a!==`{}`&&(o=kn(a,o)),{key:o,query:i,variables:r,extensions:n}},Jn=e=>{for(var t=0,n=e.definitions.length;t<n;t++){var r=e.definitions[t];if(r.kind===Dt.OPERATION_DEFINITION)return r.name?r.name.value:void 0}},Yn=(e,t,n)=>{var r=t.payload||t;if(!(`data`in r||`errors`in r&&Array.isArray(r.errors)))throw Error(`No Content`);var i=e.kind===`subscription`;return{operation:e,data:r.data,error:Array.isArray(r.errors)?new On({graphQLErrors:r.errors,response:n}):void 0,extensions:r.extensions?{...r.extensions}:void 0,hasNext:t.hasNext==null?i:t.hasNext,stale:!1}},Xn=(e,t)=>{if(typeof e==`object`&&e){if(Array.isArray(e)){e=[...e];for(var n=0,r=t.length;n<r;n++)e[n]=Xn(e[n],t[n]);return e}if(!e.constructor||e.constructor===Object){for(var i in e={...e},t)e[i]=Xn(e[i],t[i]);return e}}return t},Zn=(e,t,n,r)=>{var i=e.error?e.error.graphQLErrors:[],a=!!e.extensions||!!(t.payload||t).extensions,o={...e.extensions,...(t.payload||t).extensions},s=t.incremental;`path`in t&&(s=[t]);var c={data:e.data};if(s)for(var l=function(){var e=s[u];Array.isArray(e.errors)&&i.push(...e.errors),e.extensions&&(Object.assign(o,e.extensions),a=!0);var t=`data`,n=c,l=[];if(e.path)l=e.path;else if(r){var d=r.find((t=>t.id===e.id));l=e.subPath?[...d.path,...e.subPath]:d.path}for(var f=0,p=l.length;f<p;t=l[f++])n=n[t]=Array.isArray(n[t])?[...n[t]]:{...n[t]};if(e.items)for(var m=+t>=0?t:0,h=0,g=e.items.length;h<g;h++)n[m+h]=Xn(n[m+h],e.items[h]);else e.data!==void 0&&(n[t]=Xn(n[t],e.data))},u=0,d=s.length;u<d;u++)l();else c.data=(t.payload||t).data||e.data,i=t.errors||t.payload&&t.payload.errors||i;return{operation:e.operation,data:c.data,error:i.length?new On({graphQLErrors:i,response:n}):void 0,extensions:a?o:void 0,hasNext:t.hasNext==null?e.hasNext:t.hasNext,stale:!1}},Qn=(e,t,n)=>({operation:e,data:void 0,error:new On({networkError:t,response:n}),extensions:void 0,hasNext:!1,stale:!1});function $n(e){var t={query:void 0,documentId:void 0,operationName:Jn(e.query),variables:e.variables||void 0,extensions:e.extensions};return`documentId`in e.query&&e.query.documentId&&(!e.query.definitions||!e.query.definitions.length)?t.documentId=e.query.documentId:e.extensions&&e.extensions.persistedQuery&&!e.extensions.persistedQuery.miss||(t.query=Wn(e.query)),t}var er=(e,t)=>{var n=e.kind===`query`&&e.context.preferGetMethod;if(!n||!t)return e.context.url;var r=tr(e.context.url);for(var i in t){var a=t[i];a&&r[1].set(i,typeof a==`object`?Pn(a):a)}var o=r.join(`?`);return o.length>2047&&n!==`force`?(e.context.preferGetMethod=!1,e.context.url):o},tr=e=>{var t=e.indexOf(`?`);return t>-1?[e.slice(0,t),new URLSearchParams(e.slice(t+1))]:[e,new URLSearchParams]},nr=(e,t)=>{if(t&&!(e.kind===`query`&&e.context.preferGetMethod)){var n=Pn(t),r=(e=>{var t=new Map;return(In!==Fn||Ln!==Fn)&&(An.clear(),Nn(t,`variables`,e)),t})(t.variables);if(r.size){var i=new FormData;i.append(`operations`,n),i.append(`map`,Pn({...[...r.keys()].map((e=>[e]))}));var a=0;for(var o of r.values())i.append(``+a++,o);return i}return n}},rr=(e,t)=>{var n={accept:e.kind===`subscription`?`text/event-stream, multipart/mixed`:`application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed`},r=(typeof e.context.fetchOptions==`function`?e.context.fetchOptions():e.context.fetchOptions)||{};if(r.headers){if((e=>`has`in e&&!Object.keys(e).length)(r.headers))r.headers.forEach(((e,t)=>{n[t]=e}));else if(Array.isArray(r.headers))r.headers.forEach(((e,t)=>{Array.isArray(e)?n[e[0]]?n[e[0]]=`${n[e[0]]},${e[1]}`:n[e[0]]=e[1]:n[t]=e}));else for(var i in r.headers)n[i.toLowerCase()]=r.headers[i]}var a=nr(e,t);return typeof a==`string`&&!n[`content-type`]&&(n[`content-type`]=`application/json`),{...r,method:a?`POST`:`GET`,body:a,headers:n}},ir=/boundary="?([^=";]+)"?/i,ar=/data: ?([^\n]+)/;async function*or(e){if(e.body[Symbol.asyncIterator])for await(var t of e.body)yield t;else{var n=e.body.getReader(),r;try{for(;!(r=await n.read()).done;)yield r.value}finally{n.cancel()}}}async function*sr(e,t){var n=typeof TextDecoder<`u`?new TextDecoder:null,r=``,i;for await(var a of e)for(r+=a.constructor.name===`Buffer`?a.toString():n.decode(a,{stream:!0});(i=r.indexOf(t))>-1;)yield r.slice(0,i),r=r.slice(i+t.length)}async function*cr(e,t,n){var r=!0,i=null,a;try{yield await Promise.resolve();var o=(a=await(e.context.fetch||fetch)(t,n)).headers.get(`Content-Type`)||``,s=/multipart\/mixed/i.test(o)?async function*(e,t){var n=e.match(ir),r=`--`+(n?n[1]:`-`),i=!0,a;for await(var o of sr(or(t),`\r
`+r)){if(i){i=!1;var s=o.indexOf(r);if(s>-1)o=o.slice(s+r.length);else continue}try{yield a=JSON.parse(o.slice(o.indexOf(`\r
\r
`)+4))}catch(e){if(!a)throw e}if(a&&!1===a.hasNext)break}a&&!1!==a.hasNext&&(yield{hasNext:!1})}(o,a):/text\/event-stream/i.test(o)?async function*(e){var t;for await(var n of sr(or(e),`

`)){var r=n.match(ar);if(r){var i=r[1];try{yield t=JSON.parse(i)}catch(e){if(!t)throw e}if(t&&!1===t.hasNext)break}}t&&!1!==t.hasNext&&(yield{hasNext:!1})}(a):/text\//i.test(o)?async function*(e){var t=await e.text();try{yield JSON.parse(t)}catch{throw Error(t)}}(a):async function*(e){yield JSON.parse(await e.text())}(a),c;for await(var l of s)l.pending&&!i?c=l.pending:l.pending&&(c=[...c,...l.pending]),i=i?Zn(i,l,a,c):Yn(e,l,a),r=!1,yield i,r=!0;i||(yield i=Yn(e,{},a))}catch(t){if(!r)throw t;yield Qn(e,a&&(a.status<200||a.status>=300)&&a.statusText?Error(a.statusText):t,a)}}function lr(e,t,n){var r;return typeof AbortController<`u`&&(n.signal=(r=new AbortController).signal),cn((()=>{r&&r.abort()}))(G((e=>!!e))(vn(cr(e,t,n))))}var ur=(e,t)=>{if(Array.isArray(e))for(var n=0,r=e.length;n<r;n++)ur(e[n],t);else if(typeof e==`object`&&e)for(var i in e)i===`__typename`&&typeof e[i]==`string`?t.add(e[i]):ur(e[i],t);return t},dr=e=>{if(`definitions`in e){for(var t=[],n=0,r=e.definitions.length;n<r;n++){var i=dr(e.definitions[n]);t.push(i)}return{...e,definitions:t}}if(`directives`in e&&e.directives&&e.directives.length){for(var a=[],o={},s=0,c=e.directives.length;s<c;s++){var l=e.directives[s],u=l.name.value;u[0]===`_`?u=u.slice(1):a.push(l),o[u]=l}e={...e,directives:a,_directives:o}}if(`selectionSet`in e){var d=[],f=e.kind===Dt.OPERATION_DEFINITION;if(e.selectionSet){for(var p=0,m=e.selectionSet.selections.length;p<m;p++){var h=e.selectionSet.selections[p];f||=h.kind===Dt.FIELD&&h.name.value===`__typename`&&!h.alias;var g=dr(h);d.push(g)}return f||d.push({kind:Dt.FIELD,name:{kind:Dt.NAME,value:`__typename`},_generated:!0}),{...e,selectionSet:{...e.selectionSet,selections:d}}}}return e},fr=new Map,pr=e=>{var t=Kn(e),n=fr.get(t.__key);return n||(fr.set(t.__key,n=dr(t)),Object.defineProperty(n,"__key",{value:t.__key,enumerable:!1})),n};function mr(e){var t=t=>e(t);return t.toPromise=()=>En(mn(1)(G((e=>!e.stale&&!e.hasNext))(t))),t.then=(e,n)=>t.toPromise().then(e,n),t.subscribe=e=>wn(e)(t),t}function hr(e,t,n){return{...t,kind:e,context:t.context?{...t.context,...n}:n||t.context}}var gr=(e,t)=>hr(e.kind,e,{meta:{...e.context.meta,...t}}),_r=()=>{};function vr(e){for(var t=new Map,n=[],r=[],i=Array.isArray(e)?e[0]:e||``,a=1;a<arguments.length;a++){var o=arguments[a];o&&o.definitions?r.push(o):i+=o,i+=arguments[0][a]}r.unshift(Kn(i));for(var s=0;s<r.length;s++)for(var c=0;c<r[s].definitions.length;c++){var l=r[s].definitions[c];if(l.kind===Dt.FRAGMENT_DEFINITION){var u=l.name.value,d=Wn(l);t.has(u)||(t.set(u,d),n.push(l))}else n.push(l)}return Kn({kind:Dt.DOCUMENT,definitions:n})}var yr=({kind:e})=>e!==`mutation`&&e!==`query`,br=e=>{var t=pr(e.query);if(t!==e.query){var n=hr(e.kind,e);return n.query=t,n}return e},xr=({forward:e,client:t,dispatchDebug:n})=>{var r=new Map,i=new Map,a=e=>e.kind===`query`&&e.context.requestPolicy!==`network-only`&&(e.context.requestPolicy===`cache-only`||r.has(e.key));return n=>sn([rn((e=>{var n=r.get(e.key),i=n||Yn(e,{data:null});return i={...i,operation:gr(e,{cacheOutcome:n?`hit`:`miss`})},e.context.requestPolicy===`cache-and-network`&&(i.stale=!0,Sr(t,e)),i}))(G((e=>!yr(e)&&a(e)))(n)),ln((e=>{var{operation:n}=e;if(n){var a=n.context.additionalTypenames||[];if(e.operation.kind!==`subscription`&&(a=(e=>[...ur(e,new Set)])(e.data).concat(a)),e.operation.kind===`mutation`||e.operation.kind===`subscription`){for(var o=new Set,s=0;s<a.length;s++){var c=a[s],l=i.get(c);l||i.set(c,l=new Set);for(var u of l.values())o.add(u);l.clear()}for(var d of o.values())r.has(d)&&(n=r.get(d).operation,r.delete(d),Sr(t,n))}else if(n.kind===`query`&&e.data){r.set(n.key,e);for(var f=0;f<a.length;f++){var p=a[f],m=i.get(p);m||i.set(p,m=new Set),m.add(n.key)}}}}))(e(G((e=>e.kind!==`query`||e.context.requestPolicy!==`cache-only`))(rn((e=>gr(e,{cacheOutcome:`miss`})))(sn([rn(br)(G((e=>!yr(e)&&!a(e)))(n)),G((e=>yr(e)))(n)])))))])},Sr=(e,t)=>e.reexecuteOperation(hr(t.kind,t,{requestPolicy:`network-only`})),Cr=({forward:e,dispatchDebug:t})=>t=>sn([an((e=>{var n=$n(e),r=er(e,n),i=rr(e,n);return hn(G((t=>t.kind===`teardown`&&t.key===e.key))(t))(lr(e,r,i))}))(G((e=>e.kind!==`teardown`&&(e.kind!==`subscription`||!!e.context.fetchSubscriptions)))(t)),e(G((e=>e.kind===`teardown`||e.kind===`subscription`&&!e.context.fetchSubscriptions))(t))]),wr=e=>({client:t,forward:n,dispatchDebug:r})=>e.reduceRight(((e,n)=>n({client:t,forward(t){return fn(e(fn(t)))},dispatchDebug(e){}})),n),Tr=({dispatchDebug:e})=>e=>G((e=>!1))(e),Er=function e(t){var n=0,r=new Map,i=new Map,a=new Set,o=[],s={url:t.url,fetchSubscriptions:t.fetchSubscriptions,fetchOptions:t.fetchOptions,fetch:t.fetch,preferGetMethod:t.preferGetMethod==null?`within-url-limit`:t.preferGetMethod,requestPolicy:t.requestPolicy||`cache-first`},c=Cn();function l(e){e.kind!==`mutation`&&e.kind!==`teardown`&&a.has(e.key)||(e.kind===`teardown`?a.delete(e.key):e.kind!==`mutation`&&a.add(e.key),c.next(e))}var u=!1;function d(e){if(e&&l(e),!u){for(u=!0;u&&(e=o.shift());)l(e);u=!1}}var f=e=>{var t=hn(G((t=>t.kind===`teardown`&&t.key===e.key))(c.source))(G((t=>t.operation.kind===e.kind&&t.operation.key===e.key&&(!t.operation.context._instance||t.operation.context._instance===e.context._instance)))(g));return t=e.kind===`query`?pn((t=>{var n=xn(t);return t.stale||t.hasNext?n:sn([n,rn((()=>(t.stale=!0,t)))(mn(1)(G((t=>t.key===e.key))(c.source)))])}))(t):gn((e=>!!e.hasNext),!0)(t),t=e.kind===`mutation`?un((()=>{l(e)}))(t):cn((()=>{a.delete(e.key),r.delete(e.key),i.delete(e.key),u=!1;for(var t=o.length-1;t>=0;t--)o[t].key===e.key&&o.splice(t,1);l(hr(`teardown`,e,e.context))}))(ln((t=>{if(t.stale){if(!t.hasNext)a.delete(e.key);else for(var n=0;n<o.length;n++){var i=o[n];if(i.key===t.operation.key){a.delete(i.key);break}}}else t.hasNext||a.delete(e.key);r.set(e.key,t)}))(t)),fn(t)},p=this instanceof e?this:Object.create(e.prototype),m=Object.assign(p,{suspense:!!t.suspense,operations$:c.source,reexecuteOperation(e){if(e.kind===`teardown`)d(e);else if(e.kind===`mutation`)o.push(e),Promise.resolve().then(d);else if(i.has(e.key)){for(var t=!1,n=0;n<o.length;n++)o[n].key===e.key&&(o[n]=e,t=!0);t||a.has(e.key)&&e.context.requestPolicy!==`network-only`?(a.delete(e.key),Promise.resolve().then(d)):(o.push(e),Promise.resolve().then(d))}},createRequestOperation(e,t,r){return r||={},hr(e,t,{_instance:e===`mutation`?n=n+1|0:void 0,...s,...r,requestPolicy:r.requestPolicy||s.requestPolicy,suspense:r.suspense||!1!==r.suspense&&m.suspense})},executeRequestOperation(e){return e.kind===`mutation`?mr(f(e)):mr(_n((()=>{var t=i.get(e.key);t||i.set(e.key,t=f(e)),t=un((()=>{d(e)}))(t);var n=r.get(e.key);return e.kind===`query`&&n&&(n.stale||n.hasNext)?pn(xn)(sn([t,G((t=>t===r.get(e.key)))(xn(n))])):t})))},executeQuery(e,t){var n=m.createRequestOperation(`query`,e,t);return m.executeRequestOperation(n)},executeSubscription(e,t){var n=m.createRequestOperation(`subscription`,e,t);return m.executeRequestOperation(n)},executeMutation(e,t){var n=m.createRequestOperation(`mutation`,e,t);return m.executeRequestOperation(n)},readQuery(e,t,n){var r=null;return wn((e=>{r=e}))(m.query(e,t,n)).unsubscribe(),r},query:(e,t,n)=>m.executeQuery(qn(e,t),n),subscription:(e,t,n)=>m.executeSubscription(qn(e,t),n),mutation:(e,t,n)=>m.executeMutation(qn(e,t),n)}),h=_r,g=fn(wr(t.exchanges)({client:m,dispatchDebug:h,forward:Tr({dispatchDebug:h})})(c.source));return Tn(g),m},Dr=ge({}),Or=Dr.Provider;Dr.Consumer,Dr.displayName=`UrqlContext`;var kr=()=>Ie(Dr),Ar=!1,jr=(e,t)=>e===t||!(!e||!t||e.key!==t.key),Mr=(e,t)=>{if(typeof e!=`object`||typeof t!=`object`)return e!==t;for(var n in e)if(!(n in t))return!0;for(var r in t)if(r===`operation`?!jr(e[r],t[r]):e[r]!==t[r])return!0;return!1};function Nr(e,t){var[n,r]=Pe((()=>{var t=Cn();return[nn([xn(e),t.source]),n=>{n!==e&&t.next(e=n)}]}),[]),[i,a]=j((()=>{Ar=!0;var n;try{wn((e=>{n=e}))(t(xn(e))).unsubscribe()}finally{Ar=!1}return n}));return Me((()=>wn((e=>{Ar||a((t=>Mr(t,e)?e:t))}))(t(n,i)).unsubscribe),[n]),[i,r]}function Pr(e,t){var n=M(void 0);return Pe((()=>{var r=qn(e,t);return n.current!==void 0&&n.current.key===r.key?n.current:(n.current=r,r)}),[e,t])}var Fr={fetching:!1,stale:!1,hasNext:!1,error:void 0,data:void 0,extensions:void 0,operation:void 0},Ir=(e,t)=>t&&t.suspense!==void 0?!!t.suspense:e.suspense,Lr=new Map;function Rr(e){var t=kr(),n=Pr(e.query,e.variables),r=Fe((r=>{var i=Ir(t,e.context),a=i?Lr.get(n.key):void 0;return a||(a=t.executeQuery(n,{requestPolicy:e.requestPolicy,...e.context,...r}),i&&(a=function(e){var t=fn(e),n,r;return e=>{var i=!1;if(gn((e=>(n===void 0&&Promise.resolve(e).then(r),n=e,!i)))(t)(e),n!==void 0){var a=[n];a.tag=1,e(a)}else throw i=!0,e(0),new Promise((e=>{r=e}))}}(a),typeof window<`u`&&Lr.set(n.key,a))),a}),[t,n,e.requestPolicy,e.context]),i=Pe((()=>e.pause?null:r()),[e.pause,r]),[a,o]=Nr(i,Fe(((e,t)=>dn(((e,t)=>({...e,...t})),t||Fr)(pn((e=>e?nn([xn({fetching:!0,stale:!1}),rn((({stale:e,data:t,error:n,extensions:r,operation:i,hasNext:a})=>({fetching:!1,stale:!!e,hasNext:a,data:t,error:n,operation:i,extensions:r})))(e),xn({fetching:!1,stale:!1,hasNext:!1})]):xn({fetching:!1,stale:!1,hasNext:!1})))(e))),[])),s=Fe((e=>{o(r({suspense:!1,...e}))}),[o,r]);return Me((()=>{Lr.delete(n.key),Ir(t,e.context)||o(i)}),[o,t,i,n,e.context]),Ir(t,e.context)&&o(i),[a,s]}function zr(e){var t=M(!0),n=kr(),[r,i]=j(Fr),a=Fe(((r,a)=>(i({...Fr,fetching:!0}),En(mn(1)(G((e=>!e.hasNext))(ln((e=>{t.current&&i({fetching:!1,stale:e.stale,data:e.data,hasNext:e.hasNext,error:e.error,extensions:e.extensions,operation:e.operation})}))(n.executeMutation(qn(e,r),a||{}))))))),[n,e,i]);return Me((()=>()=>{t.current=!1}),[]),[r,a]}var Br=F(`connecting`),Vr=F(null),Hr=lt(()=>{let e=[Br.value,Vr.value];return e.includes(`connecting`)?`connecting`:e.includes(`catching up`)?`catching up`:`live`}),Ur=F(null),Wr=700,Gr=4e3,Kr=!1,qr;mt(()=>{let e=Hr.value;if(clearTimeout(qr),e===`live`){let e=Ur.peek()!==null;Ur.value=e&&Kr?`caught up`:null,Kr=!0,e&&(qr=setTimeout(()=>{Ur.value=null},Gr));return}let t=e===`catching up`?e:Kr?`reconnecting`:`connecting`;Ur.peek()!==null&&Ur.peek()!==`caught up`?Ur.value=t:qr=setTimeout(()=>{Ur.value=t},Wr)});function Jr(){Kr=!1,Ur.value=null}var K=class e extends Error{code;retryable;fields;retryAfterMs;name=`ParlanceError`;constructor(e,t,n,r={},i,a){super(e,a),this.code=t,this.retryable=n,this.fields=r,this.retryAfterMs=i}static of(t){let n=t.find(e=>!Xr(e))??t[0];if(!n)return new e(`The server answered without a reason.`,`INTERNAL_SERVER_ERROR`,!1);let{code:r,retryAfterMs:i}=n.extensions??{};return new e(n.message,typeof r==`string`?r:`INTERNAL_SERVER_ERROR`,Xr(n),Zr(n),typeof i==`number`?i:void 0)}static network(t){return new e(`The server cannot be reached.`,`NETWORK`,!0,{},void 0,{cause:t})}static signedOut(){return new e(`Nobody is signed in.`,`SIGNED_OUT`,!1)}static from(t){return t instanceof e?t:e.network(t)}},Yr=[`SERVICE_UNAVAILABLE`,`RATE_LIMITED`,`REQUEST_TIMEOUT`,`TOKEN_EXPIRED`];function Xr({extensions:e}){return e?.retryable===!0||e?.retryable!==!1&&Yr.includes(String(e?.code))}function Zr({message:e,extensions:t}){let{field:n,fields:r}=t??{},i=Array.isArray(r)?r.map(String):typeof n==`string`?[n]:[],a=i.map(t=>e.startsWith(`${t}: `)?0:e.indexOf(`; ${t}: `)),o={};for(let[t,n]of i.entries()){let r=a[t]??-1,i=Math.min(...a.filter(e=>e>r),e.length),s=r<0?e:e.slice(r,i).replace(/^; /,``);o[n]=s.startsWith(`${n}: `)?s.slice(n.length+2):s}return o}function Qr(e,t){return new Promise(n=>{let r=()=>{clearTimeout(i),t?.removeEventListener(`abort`,r),n()},i=setTimeout(r,e);t?.aborted?r():t?.addEventListener(`abort`,r)})}function $r(e){return(.5+Math.random()/2)*Math.min(100*2**e,5e3)}async function ei(e,{signal:t,nudged:n}={}){for(let r=1;;r+=1)try{return await e()}catch(e){let i=K.from(e);if(!i.retryable||t?.aborted||(await ti(i.retryAfterMs??$r(r),t,n),t?.aborted))throw i}}async function ti(e,t,n){let r=new AbortController,i=n?.(()=>r.abort());await Qr(e,t?AbortSignal.any([t,r.signal]):r.signal),i?.()}var ni=[1008,1009,4400,4406,4409,4429];function ri({socket:e,session:t,nudged:n},{document:r,load:i,variables:a,take:o,onPhase:s}){let c=new AbortController,{signal:l}=c,u=!1,d=0,f,p=()=>{};l.addEventListener(`abort`,()=>p());let m=e=>{e===f||l.aborted||(f=e,s(e))},h=()=>new Promise((t,n)=>{let i=!1,s=e.subscribe({query:r.toString(),variables:a()},{next({data:e,errors:r}){if(l.aborted||i)return;if(r?.length||!e)return i=!0,n(K.of(r??[]));d=0,f!==`live`&&m(`catching up`);let a=o(e);a===`caught up`&&m(`live`),a===`over`&&(i=!0,t(!0))},error:e=>n(ii(e)),complete:()=>t(!1)});p=()=>{s(),t(!0)}});return{stop:()=>c.abort(),ended:(async()=>{for(;!l.aborted;){m(`connecting`);try{if(u||=(await ei(()=>i(l),{signal:l,nudged:n}),!0),await t.token(),l.aborted||await h())return null}catch(e){if(l.aborted)return null;let n=K.from(e);if((n.code===`UNAUTHENTICATED`||n.code===`SESSION_REVOKED`)&&(n=await ai(t)),n.code===`RESYNC_REQUIRED`)u=!1;else if(!n.retryable)return n}d+=1,m(`connecting`),await ti($r(d),l,n)}return null})()}}function ii(e){if(e instanceof K)return e;if(Array.isArray(e))return K.of(e);let t=Number(e?.code);return t===4401?new K(`The session has ended.`,`UNAUTHENTICATED`,!1):ni.includes(t)?new K(`The server refuses the connection (${t}).`,`FORBIDDEN`,!1):K.network(e)}async function ai(e){try{return await e.token(await e.token()),K.network(`a fresh token`)}catch(e){return K.from(e)}}var q=class extends String{__apiType;value;__meta__;constructor(e,t){super(e),this.value=e,this.__meta__=t}toString(){return this.value}};new q(`
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
    `,{fragmentName:`UserFields`}),new q(`
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`ConversationFields`}),new q(`
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`MemberFields`}),new q(`
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`MessageFields`}),new q(`
    fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`,{fragmentName:`AuthFields`});var oi=new q(`
    query Conversations($first: Int!, $after: String) {
  server {
    epoch
  }
  conversations(first: $first, after: $after) {
    nodes {
      ...ConversationFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),si=new q(`
    query OpenConversation($id: ID!, $last: Int!) {
  server {
    epoch
  }
  conversation(id: $id) {
    ...ConversationFields
    messages(last: $last, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
    members(first: 100) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),ci=new q(`
    query ConversationUnread($id: ID!) {
  conversation(id: $id) {
    id
    readSeq
    unreadCount
  }
}
    `),li=new q(`
    query Members($id: ID!, $first: Int!, $after: String) {
  conversation(id: $id) {
    id
    members(first: $first, after: $after) {
      nodes {
        ...MemberFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),ui=new q(`
    mutation StartDirectConversation($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),di=new q(`
    mutation CreateConversation($input: CreateConversationInput!) {
  createConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),fi=new q(`
    mutation UpdateConversation($input: UpdateConversationInput!) {
  updateConversation(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),pi=new q(`
    mutation DeleteConversation($input: DeleteConversationInput!) {
  deleteConversation(input: $input) {
    conversationId
  }
}
    `),mi=new q(`
    mutation AddParticipants($input: AddParticipantsInput!) {
  addParticipants(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),hi=new q(`
    mutation RemoveParticipant($input: RemoveParticipantInput!) {
  removeParticipant(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),gi=new q(`
    mutation SetMemberRole($input: SetMemberRoleInput!) {
  setMemberRole(input: $input) {
    conversation {
      ...ConversationFields
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),_i=new q(`
    mutation LeaveConversation($input: LeaveConversationInput!) {
  leaveConversation(input: $input) {
    conversationId
  }
}
    `),vi=new q(`
    subscription ConversationEvents($conversationId: ID!, $afterEventSeq: Int!, $epoch: ID!) {
  conversationEvents(
    conversationId: $conversationId
    afterEventSeq: $afterEventSeq
    epoch: $epoch
  ) {
    __typename
    ... on MessageAdded {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageEdited {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MessageDeleted {
      eventSeq
      message {
        ...MessageFields
      }
    }
    ... on MemberJoined {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on MemberLeft {
      eventSeq
      at
      actor {
        ...UserFields
      }
      user {
        ...UserFields
      }
    }
    ... on MemberRoleChanged {
      eventSeq
      at
      actor {
        ...UserFields
      }
      member {
        ...MemberFields
      }
    }
    ... on ConversationUpdated {
      eventSeq
      at
      actor {
        ...UserFields
      }
      conversation {
        id
        title
      }
    }
    ... on ConversationDeleted {
      eventSeq
      at
      actor {
        ...UserFields
      }
    }
    ... on ReadPositionMoved {
      user {
        ...UserFields
      }
      readSeq
    }
    ... on Typing {
      user {
        ...UserFields
      }
      typing
      expiresAt
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment MemberFields on Member {
  role
  readSeq
  joinedAt
  user {
    ...UserFields
  }
}
fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),yi=new q(`
    subscription InboxEvents($known: [ConversationHeadInput!]!, $activeSince: DateTime, $epoch: ID!) {
  inboxEvents(known: $known, activeSince: $activeSince, epoch: $epoch) {
    __typename
    ... on ConversationAdvanced {
      conversationId
      eventSeq
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationAdded {
      conversation {
        ...ConversationFields
      }
    }
    ... on ConversationRemoved {
      conversationId
    }
    ... on ReadPositionMoved {
      conversationId
      readSeq
    }
    ... on CaughtUp {
      caughtUpAt: eventSeq
    }
    ... on Heartbeat {
      at
    }
  }
}
    fragment ConversationFields on Conversation {
  id
  kind
  title
  lastActivityAt
  messageSeq
  eventSeq
  readSeq
  unreadCount
  participants {
    ...UserFields
  }
  lastMessage {
    id
    seq
    body
    sentAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),bi=new q(`
    query OlderMessages($id: ID!, $last: Int!, $before: String!) {
  conversation(id: $id) {
    id
    messages(last: $last, before: $before, filter: {includeDeleted: true}) {
      nodes {
        ...MessageFields
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);new q(`
    query MessageByClientId($clientMessageId: UUID!) {
  messageByClientId(clientMessageId: $clientMessageId) {
    ...MessageFields
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);var xi=new q(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    deduplicated
    eventSeq
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Si=new q(`
    mutation EditMessage($input: EditMessageInput!) {
  editMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Ci=new q(`
    mutation DeleteMessage($input: DeleteMessageInput!) {
  deleteMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  seq
  body
  sentAt
  editedAt
  deletedAt
  revision
  sender {
    ...UserFields
  }
  replyTo {
    id
    seq
    body
    deletedAt
    sender {
      ...UserFields
    }
  }
}
fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),wi=new q(`
    mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) {
    conversation {
      id
      readSeq
      unreadCount
    }
  }
}
    `),Ti=new q(`
    mutation SetTyping($input: SetTypingInput!) {
  setTyping(input: $input) {
    conversationId
  }
}
    `);new q(`
    query Viewer {
  viewer {
    ...UserFields
    email
    role
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`);var Ei=new q(`
    query FindPeople($search: String!, $first: Int!) {
  users(first: $first, filter: {search: $search}) {
    nodes {
      ...UserFields
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}`),Di=new q(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),Oi=new q(`
    mutation Login($input: LoginInput!) {
  login(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),ki=new q(`
    mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) {
    ...AuthFields
  }
}
    fragment UserFields on User {
  id
  username
  firstName
  lastName
}
fragment AuthFields on AuthPayload {
  accessToken
  refreshToken
  expiresAt
  user {
    ...UserFields
  }
}`),Ai=new q(`
    mutation Logout {
  logout {
    sessionId
  }
}
    `);function ji(e,t){let{conversationId:n}=t,r={eventSeq:0,epoch:``};return ri(e,{document:vi,async load(e){r=await t.load(e)},variables:()=>({conversationId:n,afterEventSeq:r.eventSeq,epoch:r.epoch}),take({conversationEvents:e}){return`eventSeq`in e?e.eventSeq<=r.eventSeq?void 0:(t.onEvent(e),r={...r,eventSeq:e.eventSeq},e.__typename===`ConversationDeleted`?`over`:void 0):(t.onEvent(e),e.__typename===`CaughtUp`?`caught up`:void 0)},onPhase:e=>t.onPhase?.(e)})}function Mi(e,t){let n=``,r=null,i=new Map,a=(e,t)=>{i.delete(e),i.set(e,t)};return ri(e,{document:yi,async load(e){let o=await t.load(e);({epoch:n,activeSince:r}=o),i.clear();for(let{id:e,eventSeq:t}of o.heads)a(e,t)},variables(){return{known:[...i].slice(-500).map(([e,t])=>({conversationId:e,eventSeq:t})),activeSince:r,epoch:n}},take({inboxEvents:e}){switch(t.onEvent(e),e.__typename){case`ConversationAdvanced`:a(e.conversationId,e.eventSeq);return;case`ConversationAdded`:a(e.conversation.id,e.conversation.eventSeq);return;case`ConversationRemoved`:i.delete(e.conversationId);return;case`CaughtUp`:return`caught up`;default:return}},onPhase:e=>t.onPhase?.(e)})}var Ni=6e4,Pi=class{#e=null;#t=null;#n=new Set;#r;#i;#a;#o;constructor(e,t,n){this.#r=e,this.#i=t,this.#a=n,this.#o=t.read()?.user??null,t.watch(()=>this.#d(t.read()?.user??null))}get user(){return this.#o}onChange(e){return this.#n.add(e),()=>this.#n.delete(e)}async register(e){return this.#l((await this.#r(Di,{input:e})).register)}async login(e){return this.#l((await this.#r(Oi,{input:e})).login)}async logout(){let[e,t]=[this.#e,this.#i.read()];if(this.#u(),t)try{let n=e&&e.userId===t.user.id&&Date.now()<e.renewAt?e.token:(await this.#c(t)).accessToken;await this.#r(Ai,{},{token:n})}catch{}}async token(e){let t=this.#e;return t&&t.token!==e&&Date.now()<t.renewAt&&t.userId===this.#o?.id?t.token:(this.#t??=this.#a(()=>this.#s()).finally(()=>{this.#t=null}),this.#t)}async#s(){for(let e=1;;e+=1){let t=this.#i.read();if(!t)throw this.#u(),K.signedOut();try{let e=await this.#c(t);if(this.#i.read()?.user.id!==t.user.id)continue;return this.#l(e),e.accessToken}catch(n){let r=K.from(n);if(r.retryable)throw r;if(e<5&&(await Qr(50*e),this.#i.read()?.refreshToken!==t.refreshToken))continue;throw this.#u(),K.signedOut()}}}async#c({refreshToken:e}){return(await this.#r(ki,{input:{refreshToken:e}})).refreshToken}#l({accessToken:e,refreshToken:t,expiresAt:n,user:r}){let i=Fi(e)??Date.parse(n)-Date.now(),a=Math.min(Ni,i/3);return this.#e={token:e,userId:r.id,renewAt:Date.now()+i-a},this.#i.write({refreshToken:t,user:r}),this.#d(r),r}#u(){this.#e=null,this.#i.write(null),this.#d(null)}#d(e){let t=e?.id!==this.#o?.id;if(this.#o=e,t){this.#e?.userId!==e?.id&&(this.#e=null);for(let t of this.#n)t(e)}}};function Fi(e){try{let t=e.split(`.`)[1]??``,{iat:n,exp:r}=JSON.parse(atob(t.replaceAll(`-`,`+`).replaceAll(`_`,`/`)));return r>n?(r-n)*1e3:null}catch{return null}}function J(e){return e===null?`null`:Array.isArray(e)?`array`:typeof e}function Ii(e){return J(e)===`object`}function Li(e){return Array.isArray(e)&&e.length>0&&e.every(e=>`message`in e)}function Ri(e,t){return e.length<124?e:t}var Y=(e=>(e[e.InternalServerError=4500]=`InternalServerError`,e[e.InternalClientError=4005]=`InternalClientError`,e[e.BadRequest=4400]=`BadRequest`,e[e.BadResponse=4004]=`BadResponse`,e[e.Unauthorized=4401]=`Unauthorized`,e[e.Forbidden=4403]=`Forbidden`,e[e.SubprotocolNotAcceptable=4406]=`SubprotocolNotAcceptable`,e[e.ConnectionInitialisationTimeout=4408]=`ConnectionInitialisationTimeout`,e[e.ConnectionAcknowledgementTimeout=4504]=`ConnectionAcknowledgementTimeout`,e[e.SubscriberAlreadyExists=4409]=`SubscriberAlreadyExists`,e[e.TooManyInitialisationRequests=4429]=`TooManyInitialisationRequests`,e))(Y||{}),zi=(e=>(e.ConnectionInit=`connection_init`,e.ConnectionAck=`connection_ack`,e.Ping=`ping`,e.Pong=`pong`,e.Subscribe=`subscribe`,e.Next=`next`,e.Error=`error`,e.Complete=`complete`,e))(zi||{});function Bi(e){if(!Ii(e))throw Error(`Message is expected to be an object, but got ${J(e)}`);if(!e.type)throw Error(`Message is missing the 'type' property`);if(typeof e.type!=`string`)throw Error(`Message is expects the 'type' property to be a string, but got ${J(e.type)}`);switch(e.type){case`connection_init`:case`connection_ack`:case`ping`:case`pong`:if(e.payload!=null&&!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object or nullish or missing, but got "${e.payload}"`);break;case`subscribe`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${J(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${J(e.payload)}`);if(typeof e.payload.query!=`string`)throw Error(`"${e.type}" message payload expects the 'query' property to be a string, but got ${J(e.payload.query)}`);if(e.payload.variables!=null&&!Ii(e.payload.variables))throw Error(`"${e.type}" message payload expects the 'variables' property to be a an object or nullish or missing, but got ${J(e.payload.variables)}`);if(e.payload.operationName!=null&&J(e.payload.operationName)!==`string`)throw Error(`"${e.type}" message payload expects the 'operationName' property to be a string or nullish or missing, but got ${J(e.payload.operationName)}`);if(e.payload.extensions!=null&&!Ii(e.payload.extensions))throw Error(`"${e.type}" message payload expects the 'extensions' property to be a an object or nullish or missing, but got ${J(e.payload.extensions)}`);break;case`next`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${J(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ii(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${J(e.payload)}`);break;case`error`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${J(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Li(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an array of GraphQL errors, but got ${JSON.stringify(e.payload)}`);break;case`complete`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${J(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);break;default:throw Error(`Invalid message 'type' property "${e.type}"`)}return e}function Vi(e,t){return Bi(typeof e==`string`?JSON.parse(e,t):e)}function Hi(e,t){return Bi(e),JSON.stringify(e,t)}function Ui(e){let{url:t,connectionParams:n,lazy:r=!0,onNonLazyError:i=console.error,lazyCloseTimeout:a=0,keepAlive:o=0,disablePong:s,connectionAckWaitTimeout:c=0,retryAttempts:l=5,retryWait:u=async function(e){let t=2**e;await new Promise(e=>setTimeout(e,t*1e3+Math.floor(Math.random()*2700+300)))},shouldRetry:d=Gi,on:f,webSocketImpl:p,generateID:m=function(){return`xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g,e=>{let t=Math.random()*16|0;return(e==`x`?t:t&3|8).toString(16)})},jsonMessageReplacer:h,jsonMessageReviver:g}=e,_;if(p){if(!qi(p))throw Error(`Invalid WebSocket implementation provided`);_=p}else typeof WebSocket<`u`?_=WebSocket:typeof global<`u`?_=global.WebSocket||global.MozWebSocket:typeof window<`u`&&(_=window.WebSocket||window.MozWebSocket);if(!_)throw Error("WebSocket implementation missing; on Node you can `import WebSocket from 'ws';` and pass `webSocketImpl: WebSocket` to `createClient`");let v=_,y=(()=>{let e=(()=>{let e={};return{on(t,n){return e[t]=n,()=>{delete e[t]}},emit(t){`id`in t&&e[t.id]?.(t)}}})(),t={connecting:f?.connecting?[f.connecting]:[],opened:f?.opened?[f.opened]:[],connected:f?.connected?[f.connected]:[],ping:f?.ping?[f.ping]:[],pong:f?.pong?[f.pong]:[],message:f?.message?[e.emit,f.message]:[e.emit],closed:f?.closed?[f.closed]:[],error:f?.error?[f.error]:[]};return{onMessage:e.on,on(e,n){let r=t[e];return r.push(n),()=>{let e=r.indexOf(n);e>-1&&r.splice(e,1)}},emit(e,...n){for(let r of[...t[e]])r(...n)}}})();function b(e){let t=[y.on(`error`,n=>{t.forEach(e=>e()),e(n)}),y.on(`closed`,n=>{t.forEach(e=>e()),e(n)})];return()=>t.forEach(e=>e())}let x,S=0,C,w=!1,T=0,E=!1;async function D(){clearTimeout(C);let[e,r]=await(x??=new Promise((e,r)=>(async()=>{if(w){if(await u(T),!S)return x=void 0,r({code:1e3,reason:`All Subscriptions Gone`});T++}y.emit(`connecting`,w);let i=new v(typeof t==`function`?await t():t,`graphql-transport-ws`),a,l;function d(){isFinite(o)&&o>0&&(clearTimeout(l),l=setTimeout(()=>{i.readyState===v.OPEN&&(i.send(Hi({type:zi.Ping})),y.emit(`ping`,!1,void 0))},o))}b(e=>{x=void 0,clearTimeout(a),clearTimeout(l),r(e),e instanceof Wi&&(i.close(4499,`Terminated`),i.onerror=null,i.onclose=null)}),i.onerror=e=>y.emit(`error`,e),i.onclose=e=>y.emit(`closed`,e),i.onopen=async()=>{try{y.emit(`opened`,i);let e=typeof n==`function`?await n():n;if(i.readyState!==v.OPEN)return;i.send(Hi(e?{type:zi.ConnectionInit,payload:e}:{type:zi.ConnectionInit},h)),isFinite(c)&&c>0&&(a=setTimeout(()=>{i.close(Y.ConnectionAcknowledgementTimeout,`Connection acknowledgement timeout`)},c)),d()}catch(e){y.emit(`error`,e),i.close(Y.InternalClientError,Ri(e instanceof Error?e.message:String(e),`Internal client error`))}};let f=!1;i.onmessage=({data:t})=>{try{let n=Vi(t,g);if(y.emit(`message`,n),n.type===`ping`||n.type===`pong`){y.emit(n.type,!0,n.payload),n.type===`pong`?d():s||(i.send(Hi(n.payload?{type:zi.Pong,payload:n.payload}:{type:zi.Pong},h)),y.emit(`pong`,!1,n.payload));return}if(f)return;if(n.type!==zi.ConnectionAck)throw Error(`First message cannot be of type ${n.type}`);clearTimeout(a),f=!0,y.emit(`connected`,i,n.payload,w),w=!1,T=0;let r=new Promise((e,t)=>b(t));r.catch(()=>{}),e([i,r])}catch(e){i.onmessage=null,y.emit(`error`,e),i.close(Y.BadResponse,Ri(e instanceof Error?e.message:String(e),`Bad response`))}}})()));e.readyState===v.CLOSING&&await r;let i=()=>{},l=new Promise(e=>i=e);return[e,i,new Promise((t,n)=>{let i=b(n);e.readyState!==v.OPEN&&r.catch(n),l.then(()=>{if(i(),!S){let t=()=>e.close(1e3,`Normal Closure`);isFinite(a)&&a>0?(clearTimeout(C),C=setTimeout(()=>{!S&&e.readyState===v.OPEN&&t()},a)):t()}t()})})]}function ee(e){if(Gi(e)&&(Ki(e.code)||[Y.InternalServerError,Y.InternalClientError,Y.BadRequest,Y.BadResponse,Y.Unauthorized,Y.SubprotocolNotAcceptable,Y.SubscriberAlreadyExists,Y.TooManyInitialisationRequests].includes(e.code)))throw e;if(E)return!1;if(Gi(e)&&e.code===1e3)return S>0;if(!l||T>=l||!d(e))throw e;return w=!0}r||(async()=>{for(S++;;)try{let[,,e]=await D();await e}catch(e){try{if(!ee(e))return}catch(e){return i?.(e)}}})();function te(e,t){let n=m(e),r=!1,i=!1,a=()=>{S--,r=!0};return(async()=>{for(S++;;)try{let[o,s,c]=await D();if(r)return c.catch(()=>{}),s();let l=y.onMessage(n,e=>{switch(e.type){case zi.Next:t.next(e.payload);return;case zi.Error:i=!0,r=!0,t.error(e.payload),a();return;case zi.Complete:r=!0,a();return}});o.send(Hi({id:n,type:zi.Subscribe,payload:e},h)),a=()=>{!r&&o.readyState===v.OPEN&&o.send(Hi({id:n,type:zi.Complete},h)),S--,r=!0,s()},await c.finally(l);return}catch(e){if(!ee(e))return}})().then(()=>{i||t.complete()}).catch(e=>{t.error(e)}),()=>{r||a()}}return{on:y.on,subscribe:te,iterate(e){let t=[],n={done:!1,error:null,resolve:()=>{}},r=te(e,{next(e){t.push(e),n.resolve()},error(e){n.done=!0,n.error=e,n.resolve()},complete(){n.done=!0,n.resolve()}}),i=async function*(){for(;;){for(t.length||await new Promise(e=>n.resolve=e);t.length;)yield t.shift();if(n.error)throw n.error;if(n.done)return}}();return i.throw=async e=>(n.done||(n.done=!0,n.error=e,n.resolve()),{done:!0,value:void 0}),i.return=async()=>(r(),{done:!0,value:void 0}),i},async dispose(){if(E=!0,x){let[e]=await x;e.close(1e3,`Normal Closure`)}},terminate(){x&&y.emit(`closed`,new Wi)}}}var Wi=class extends Error{name=`TerminatedCloseEvent`;message=`4499: Terminated`;code=4499;reason=`Terminated`;wasClean=!1};function Gi(e){return Ii(e)&&`code`in e&&`reason`in e}function Ki(e){return![1e3,1001,1006,1005,1012,1013,1014].includes(e)&&e>=1e3&&e<=1999}function qi(e){return typeof e==`function`&&`constructor`in e&&`CLOSED`in e&&`CLOSING`in e&&`CONNECTING`in e&&`OPEN`in e}var Ji=1e4,Yi=5e3,Xi=3e3;function Zi({url:e,session:t,webSocketImpl:n}){let r,i=``,a,o,s=(e,n)=>{clearTimeout(o);let a=typeof e==`string`?Date.parse(e)-Date.now():NaN;if(Number.isNaN(a))return;let s=Math.max(250,Math.min(a-3e4,a*2/3));o=setTimeout(async()=>{try{i=await t.token(i),r===n&&n.readyState===1&&n.send(JSON.stringify({type:`ping`,payload:{accessToken:i}}))}catch{}},s)};return Ui({url:e.replace(/^http/,`ws`),connectionParams:async()=>(i=await t.token(),{authorization:`Bearer ${i}`}),...n!==void 0&&{webSocketImpl:n},keepAlive:Ji,lazyCloseTimeout:Xi,retryAttempts:0,on:{connected(e,t){r=e,s(t?.expiresAt,r)},ping(e){e||(clearTimeout(a),a=setTimeout(()=>{r.readyState===1&&r.close(4408,`No pong`)},Yi))},pong(e,t){if(!e)return;clearTimeout(a);let{expiresAt:n}=t??{};n!==void 0&&s(n,r)},closed(){clearTimeout(a),clearTimeout(o)}}})}function Qi(){let e=null;return{read:()=>e,write:t=>{e=t},watch:()=>()=>{}}}function $i(e=`parlance.session`){let t=null;return{read(){try{let t=JSON.parse(localStorage.getItem(e)??`null`);return typeof t?.refreshToken==`string`&&typeof t?.user?.id==`string`?t:null}catch{return t}},write(n){t=n;try{n?localStorage.setItem(e,JSON.stringify(n)):localStorage.removeItem(e)}catch{}},watch(t){let n=n=>{(n.key===e||n.key===null)&&t()};return globalThis.addEventListener?.(`storage`,n),()=>globalThis.removeEventListener?.(`storage`,n)}}}function ea(e=`parlance.refresh`){let t=globalThis.navigator?.locks;return t?async n=>await t.request(e,n):e=>e()}var ta=15e3;function na(e,t){return async(n,r,{token:i,signal:a}={})=>{let o=AbortSignal.timeout(ta),s;try{s=await(await t(e,{method:`POST`,headers:{accept:`application/graphql-response+json, application/json;q=0.9`,"content-type":`application/json`,...i&&{authorization:`Bearer ${i}`}},body:JSON.stringify({query:n.toString(),variables:r}),signal:a?AbortSignal.any([a,o]):o})).json()}catch(e){throw K.network(e)}if(s.errors?.length)throw K.of(s.errors);if(!s.data)throw K.network(s);return s.data}}function ra(e,t){return async(n,r)=>{let i=e=>{let i=new Headers(r?.headers);return i.set(`authorization`,`Bearer ${e}`),t(n,{...r,headers:i})},a=await e(),o=await i(a);return o.status===401?i(await e(a)):o}}function ia(){let e=crypto.getRandomValues(new Uint8Array(16));return e[6]=(e[6]??0)&15|64,e[8]=(e[8]??0)&63|128,Array.from(e,e=>e.toString(16).padStart(2,`0`)).join(``).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/,`$1-$2-$3-$4-$5`)}function aa({url:e,storage:t,lock:n,webSocketImpl:r,fetch:i}){let a=`${e.replace(/\/$/,``)}/graphql`,o=i??((...e)=>globalThis.fetch(...e)),s=na(a,o),c=new Pi(s,t??(`localStorage`in globalThis?$i():Qi()),n??ea()),l=Zi({url:a,session:c,webSocketImpl:r});c.onChange(()=>l.terminate());let u=new Set,d=e=>(u.add(e),()=>u.delete(e)),f={socket:l,session:c,nudged:d},p=async(e,t,{signal:n}={})=>{let r=await c.token();try{return await s(e,t,{token:r,signal:n})}catch(i){let{code:a}=K.from(i);if(a!==`TOKEN_EXPIRED`&&a!==`UNAUTHENTICATED`&&a!==`SESSION_REVOKED`)throw i;return s(e,t,{token:await c.token(r),signal:n})}};return{session:c,endpoint:a,socket:l,fetch:ra(e=>c.token(e),o),request:p,async sendMessage(e,{signal:t}={}){let n={...e,clientMessageId:e.clientMessageId??ia()},r=t?{signal:t}:{};return(await ei(()=>p(xi,{input:n},r),{signal:t,nudged:d})).sendMessage},followConversation:e=>ji(f,e),followInbox:e=>Mi(f,e),nudge:()=>{for(let e of[...u])e()}}}var X=aa({url:location.origin});addEventListener(`online`,()=>X.nudge()),document.addEventListener(`visibilitychange`,()=>{document.visibilityState===`visible`&&X.nudge()});function oa(){return new Er({url:X.endpoint,fetch:X.fetch,preferGetMethod:!1,exchanges:[xr,Cr]})}function sa(e){return vr(e.toString())}function ca(e){return e.graphQLErrors.length>0?K.of(e.graphQLErrors):K.from(e.networkError)}var la=F(X.session.user),ua=F(``),da=!1;X.session.onChange(e=>{ua.value=e||da?``:`Your session has ended. Please sign in again.`,la.value=e});async function fa(){da=!0,await X.session.logout(),da=!1}function pa(){let[,e,t]=location.hash.split(`/`);return e===`c`&&t?{screen:`room`,id:decodeURIComponent(t)}:{screen:e===`register`||e===`login`?e:`home`}}var ma=F(pa());addEventListener(`hashchange`,()=>{ma.value=pa()});var ha=e=>`#/c/${encodeURIComponent(e)}`;function ga(e){location.hash=e}var _a=F(``);function va(e){_a.value=e}var ya=Symbol.for(`pv`),ba=0;Array.isArray;function Z(t,n,r,i,a,o){n||={};var s,c,l=n;if(`ref`in l&&typeof t!=`function`)for(c in l={},n)c==`ref`?s=n[c]:l[c]=n[c];var u={type:t,props:l,key:r,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:ya,__v:--ba,__i:-1,__u:0};return(a||o)&&(u.__source=a,u.__self=o),e.vnode&&e.vnode(u),u}var xa={connecting:`Connecting…`,reconnecting:`Connection lost. Reconnecting… What you write is sent as soon as it is back.`,"catching up":`Catching up…`,"caught up":`Back, and up to date. You missed nothing.`};function Sa(){let e=Ur.value;return Z(S,{children:[Z(`div`,{class:`banner-place`,role:`status`,children:e&&Z(`p`,{class:`banner`,"data-state":e,children:[Z(`span`,{class:`dot`,"aria-hidden":`true`}),xa[e]]})}),Z(`p`,{class:`unseen`,"aria-live":`polite`,children:_a.value})]})}var Ca={back:`M15 5l-7 7 7 7`,close:`M6 6l12 12M18 6L6 18`,compose:`M12 5v14M5 12h14`,down:`M12 5v13m0 0l-6-6m6 6l6-6`,edit:`M4 20l1-4.5L16 4.5l3.5 3.5L8.500 19z`,group:`M9 11a3.2 3.2 0 100-6.400 3.2 3.2 0 000 6.400zM3.500 19a5.500 5.500 0 0111 0M16 5a3 3 0 010 6M17 14a5 5 0 013.500 5`,info:`M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01`,leave:`M14 4h4a2 2 0 012 2v12a2 2 0 01-2 2h-4M10 8l-4 4 4 4M6 12h9`,reply:`M9 7l-5 5 5 5M4 12h9a7 7 0 017 7`,search:`M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4`,send:`M5 12l15-7-5 15-3.500-6z`,trash:`M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13`,tick:`M5 12.500l4.500 4.500L19 7.500`};function Q({name:e}){return Z(`svg`,{class:`icon`,viewBox:`0 0 24 24`,"aria-hidden":`true`,focusable:`false`,children:Z(`path`,{d:Ca[e]})})}function wa({list:e}){let t=e.isLoaded.value&&e.inOrder.value.length===0;return Z(`main`,{class:`empty`,"aria-label":`No conversation is open`,children:Z(`div`,{children:[Z(`span`,{class:`emblem`,children:Z(Q,{name:`send`})}),Z(`h2`,{children:t?`Say hello to somebody`:`Pick a conversation`}),Z(`p`,{class:`hint`,children:t?`Find people by their name and start the first conversation.`:`Or start another with the plus sign above the list.`})]})})}var Ta=`Deleted account`;function $(e){return e.username.includes(` `)?Ta:`${e.firstName} ${e.lastName}`.trim()||e.username}function Ea(e){let t=e.split(/[\s._-]+/).filter(Boolean);return(t.length>1?[t[0],t.at(-1)]:[t[0]]).map(e=>[...e??``][0]??``).join(``).toUpperCase()||`?`}function Da(e){let t=0;for(let n of e)t=t*31+n.charCodeAt(0)>>>0;return t%8}function Oa(e,t=3){let n=e.length>t+1?e.slice(0,t):e,r=e.length-n.length,i=r>0?`${r} others`:n.at(-1),a=r>0?n:n.slice(0,-1);return a.length>0?`${a.join(`, `)} and ${i}`:i??``}function ka(e,t){return e.title?e.title:Oa(e.participants.filter(({id:e})=>e!==t).map($),2)||(e.kind===`GROUP`?`Only you`:Ta)}function Aa(e,t){let n=e.participants.find(({id:e})=>e!==t);return e.kind===`DIRECT`&&n?n.id:e.id}var ja=new Intl.DateTimeFormat(void 0,{hour:`numeric`,minute:`2-digit`}),Ma=new Intl.DateTimeFormat(void 0,{weekday:`short`}),Na=new Intl.DateTimeFormat(void 0,{day:`numeric`,month:`short`}),Pa=new Intl.DateTimeFormat(void 0,{weekday:`long`,day:`numeric`,month:`long`,year:`numeric`}),Fa=new Intl.DateTimeFormat(void 0,{dateStyle:`full`,timeStyle:`medium`}),Ia=e=>new Date(e).setHours(0,0,0,0),La=e=>Math.round((Ia(new Date)-Ia(e))/864e5),Ra=e=>ja.format(new Date(e)),za=e=>Fa.format(new Date(e)),Ba=(e,t)=>Ia(new Date(e))===Ia(new Date(t));function Va(e){let t=new Date(e),n=La(t);return n<=0?ja.format(t):n===1?`Yesterday`:(n<7?Ma:Na).format(t)}function Ha(e){let t=new Date(e),n=La(t);return n===0?`Today`:n===1?`Yesterday`:Pa.format(t)}function Ua({id:e,name:t,isGroup:n=!1}){return Z(`span`,{class:`avatar hue-${Da(e)}`,"aria-hidden":`true`,children:n?Z(Q,{name:`group`}):Ea(t)})}function Wa({label:e,name:t,type:n=`text`,autocomplete:r,hint:i,wrong:a,...o}){let{isFirst:s=!1,isRequired:c=!0,maxLength:l=254,value:u}=o,d=Le(),f=M(null);Me(()=>{s&&f.current?.focus()},[s,a]);let p=a?`${d}-wrong`:i?`${d}-hint`:void 0;return Z(`div`,{class:`field`,children:[Z(`label`,{for:d,children:e}),Z(`input`,{ref:f,id:d,name:t,type:n,autocomplete:r,autocapitalize:`none`,spellcheck:!1,required:c,maxLength:l,defaultValue:u,"aria-invalid":a?`true`:void 0,"aria-describedby":p}),a?Z(`p`,{class:`wrong`,id:`${d}-wrong`,children:a}):i&&Z(`p`,{class:`hint`,id:`${d}-hint`,children:i})]})}var Ga=e=>`${e.charAt(0).toUpperCase()}${e.slice(1)}${/[.!?]$/.test(e)?``:`.`}`;function Ka({message:e,viewerId:t,onShow:n}){let r=e.sender.id===t?`You`:$(e.sender),i=Z(S,{children:[n&&Z(`span`,{class:`unseen`,children:`In answer to `}),Z(`strong`,{children:r}),Z(`span`,{children:e.deletedAt?`This message was deleted.`:e.body})]});return n?Z(`button`,{type:`button`,class:`quote`,tabIndex:-1,onClick:n,children:i}):Z(`span`,{class:`quote`,children:i})}var qa=16384,Ja=e=>new TextEncoder().encode(e.trim()).length;function Ya({room:e}){let t=Le(),n=M(null),[r,i]=j(null),[a,o]=j(!1),[s,c,l]=[e.replying.value,e.editing.value,e.draft.value],[u,d]=j(``),f=c?u:l,p=t=>{c?d(t):e.draft.value=t};Me(()=>{i(null),d(c?.body??``),(s||c||matchMedia(`(pointer: fine)`).matches)&&n.current?.focus()},[e,s,c]),Ne(()=>{let e=n.current;e&&(e.style.height=`auto`,e.style.height=`${e.scrollHeight+2}px`)},[f]);let m=Ja(f)-qa,h=f.trim()===``,g=m>0?`This is ${m.toLocaleString()} bytes too long.`:r;async function _(){if(c&&!a){if(f.trim()===c.body)return y();o(!0);try{let t={id:c.id,body:f,expectedRevision:c.revision};e.put((await X.request(Si,{input:t})).editMessage.message),va(`Saved`),y()}catch(e){i(Ga(K.from(e).message))}finally{o(!1)}}}function v(){if(!(h||m>0)){if(c)return void _();e.send(f),e.draft.value=``,n.current?.focus()}}function y(){e.replying.value=null,e.editing.value=null}function b(t){if(!t.isComposing){if(t.key===`Enter`&&!t.shiftKey&&!t.altKey&&matchMedia(`(pointer: fine)`).matches)t.preventDefault(),v();else if(t.key===`Escape`&&(s||c))t.preventDefault(),y();else if(t.key===`ArrowUp`&&f===``&&!c){let n=e.messages.peek().findLast(({sender:t,deletedAt:n})=>t.id===e.viewerId&&!n);if(!n)return;t.preventDefault(),e.replying.value=null,e.editing.value=n}}}let x=c??s;return Z(`form`,{class:`composer`,onSubmit:e=>{e.preventDefault(),v()},children:[x&&Z(`div`,{class:`subject`,children:[Z(Q,{name:c?`edit`:`reply`}),Z(`span`,{class:`unseen`,children:c?`Editing`:`Answering`}),Z(Ka,{message:x,viewerId:e.viewerId}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":c?`Stop editing`:`Do not answer this message`,onClick:()=>{y(),n.current?.focus()},children:Z(Q,{name:`close`})})]}),g&&Z(`p`,{class:`wrong`,role:`alert`,id:`${t}-wrong`,children:g}),Z(`div`,{class:`writing`,children:[Z(`label`,{class:`unseen`,for:t,children:c?`New words`:`Message`}),Z(`textarea`,{ref:n,id:t,rows:1,placeholder:c?`New words`:`Write a message`,value:f,"aria-invalid":g?`true`:void 0,"aria-describedby":g?`${t}-wrong`:void 0,onInput:({currentTarget:{value:t}})=>{p(t),c||(t.trim()===``?e.stopTyping():e.typing())},onKeyDown:b,onBlur:()=>e.stopTyping()}),Z(`button`,{type:`submit`,class:`primary round`,"aria-label":c?`Save`:`Send`,title:c?`Save (Enter)`:`Send (Enter)`,disabled:h||m>0||a,children:Z(Q,{name:c?`tick`:`send`})})]})]})}var Xa=()=>document.visibilityState===`visible`&&document.hasFocus(),Za=F(Xa());for(let e of[`visibilitychange`,`focus`,`blur`])addEventListener(e,()=>{Za.value=Xa()});document.addEventListener(`visibilitychange`,()=>{Za.value=Xa()});var Qa=F(!1),$a=lt(()=>Za.value&&Qa.value);function eo({title:e,onClose:t,children:n}){let r=M(null),i=Le();return Ne(()=>{let e=r.current;return e?.showModal(),()=>e?.close()},[]),Z(`dialog`,{ref:r,"aria-labelledby":i,onCancel:e=>{e.preventDefault(),t()},onClick:e=>e.target===r.current&&t(),children:Z(`div`,{class:`dialog`,children:[Z(`header`,{children:[Z(`h2`,{id:i,children:e}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Close`,onClick:t,children:Z(Q,{name:`close`})})]}),n]})})}function to({title:e,words:t,act:n,error:r,onAct:i,onClose:a}){return Z(eo,{title:e,onClose:a,children:[Z(`p`,{children:t}),r&&Z(`p`,{class:`wrong`,role:`alert`,children:r}),Z(`footer`,{children:[Z(`button`,{type:`button`,class:`quiet`,onClick:a,children:`Cancel`}),Z(`button`,{type:`button`,class:`danger`,onClick:i,children:n})]})]})}var no=/(https?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]}])/;function ro({words:e}){return Z(S,{children:e.split(no).map((e,t)=>t%2==0?e:Z(`a`,{href:e,target:`_blank`,rel:`noopener noreferrer nofollow`,children:e},`${t} ${e}`))})}function io({room:e,message:t,isFirst:n,isStop:r,isLit:i,onFocus:a,onShow:o}){let{seq:s,sender:c,body:l,sentAt:u,editedAt:d,deletedAt:f,replyTo:p}=t,m=c.id===e.viewerId,h=m?`You`:$(c),g=e.conversation.value?.kind===`GROUP`;return Z(`li`,{class:[`message`,m?`own`:`other`,n&&`first`,i&&`lit`,f&&`deleted`].filter(Boolean).join(` `),"data-seq":s,tabIndex:r?0:-1,onFocusCapture:()=>a(s),children:[!m&&g&&Z(`span`,{class:`face`,children:n&&Z(Ua,{id:c.id,name:h})}),Z(`div`,{class:`bubble`,children:[Z(`span`,{class:n&&!m&&g?`from`:`unseen`,children:[h,Z(`span`,{class:`unseen`,children:`: `})]}),p&&!f&&Z(Ka,{message:p,viewerId:e.viewerId,onShow:()=>o(p.seq)}),Z(`p`,{class:`body`,children:f?`This message was deleted.`:Z(ro,{words:l})}),Z(`span`,{class:`meta`,children:[d&&!f&&Z(`span`,{title:`Edited ${za(d)}`,children:`edited`}),Z(`time`,{dateTime:u,title:za(u),children:Ra(u)})]})]}),!f&&Z(ao,{room:e,message:t,isOwn:m,isStop:r})]})}function ao({room:e,message:t,isOwn:n,isStop:r}){let[i,a]=j(!1),[o,s]=j(null),c=e.me.value?.role,l=n||c===`OWNER`||c===`ADMIN`,u=r?0:-1;return Z(S,{children:[Z(`div`,{class:`actions`,children:[Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Reply`,title:`Reply`,tabIndex:u,onClick:()=>{e.editing.value=null,e.replying.value=t},children:Z(Q,{name:`reply`})}),n&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Edit`,title:`Edit`,tabIndex:u,onClick:()=>{e.replying.value=null,e.editing.value=t},children:Z(Q,{name:`edit`})}),l&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Delete`,title:`Delete`,tabIndex:u,onClick:()=>a(!0),children:Z(Q,{name:`trash`})})]}),i&&Z(to,{title:`Delete this message?`,words:`It goes for everybody, and cannot be brought back.`,act:`Delete`,error:o,onAct:async()=>{try{let{deleteMessage:n}=await X.request(Ci,{input:{id:t.id}});e.put(n.message),a(!1)}catch(e){s(Ga(K.from(e).message))}},onClose:()=>a(!1)})]})}function oo({room:e,pending:t}){let{body:n,replyTo:r,failure:i,message:a,at:o}=t;return Z(`li`,{class:`message own first pending ${i?`failed`:``}`,children:[Z(`div`,{class:`bubble`,children:[Z(`span`,{class:`unseen`,children:`You: `}),r&&Z(Ka,{message:r,viewerId:e.viewerId}),Z(`p`,{class:`body`,children:n}),Z(`span`,{class:`meta`,children:i?`not sent`:a?Ra(o):`sending…`})]}),i&&Z(`p`,{class:`failure`,role:`alert`,children:[Ga(i),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.again(t),children:`Try again`}),Z(`button`,{type:`button`,class:`link`,onClick:()=>e.outbox.discard(t),children:`Discard`})]})]})}var so=150,co=50;function lo(e){return{from:e-co-co/5,to:e,isAtEnd:!0}}function uo(e,t){let n=Math.min(t,e+co);return{from:e-co,to:n,isAtEnd:n===t}}function fo(e,t,n){let r=e.isAtEnd?n:Math.min(e.to,n);return{from:Math.max(t,Math.min(e.from,r)),to:r,isAtEnd:r===n}}function po({from:e,to:t,isAtEnd:n},r){let i=Math.max(r,e-co),a=Math.min(t,i+so-1);return{from:i,to:a,isAtEnd:n&&a===t}}function mo({from:e,to:t},n){let r=Math.min(n,t+co);return{from:Math.max(e,r-so+1),to:r,isAtEnd:r===n}}function ho({from:e,to:t,isAtEnd:n}){return{from:Math.max(e,t-so+1),to:t,isAtEnd:n}}var go=700,_o=40,vo=3e5;function yo({room:e}){let t=M(null),n=e.messages.value,[r,i]=[n[0]?.seq??1,n.at(-1)?.seq??0],a=e.firstUnread.value,[o,s]=j(()=>a&&a>=r?{...uo(a,i),to:i,isAtEnd:!0}:lo(i)),c=M(!0),[l,u]=j(!1),[d,f]=j(null),[p,m]=j(null),h=fo(o,r,i),g=c.current?ho(h):h,_=M(null);_.current=c.current?null:bo(t.current),Ne(()=>{let e=t.current;e&&(c.current?e.scrollTop=e.scrollHeight:_.current&&xo(e,_.current),v())}),Ne(()=>{let e=t.current,n=e?.querySelector(`.new-line`);if(!e||!n)return;let r=n.offsetTop-e.clientHeight/4;c.current=r>=e.scrollHeight-e.clientHeight,c.current||(e.scrollTop=r),v()},[]),Me(()=>{let e=t.current;if(!e)return;let n=new ResizeObserver(()=>{c.current&&(e.scrollTop=e.scrollHeight)});return n.observe(e),()=>{n.disconnect(),Qa.value=!1}},[]);function v(){let n=t.current;if(!n)return;let a=n.scrollHeight-n.clientHeight-n.scrollTop;if(c.current=g.isAtEnd&&a<_o,Qa.value=c.current,u(!g.isAtEnd||a>n.clientHeight/2),n.scrollTop<go?g.from>r?s(po(g,r)):e.hasOlder.peek()&&e.loadOlder():a<go&&!g.isAtEnd&&s(mo(g,i)),Za.peek()){let t=So(n);t&&e.markRead(t)}}let y=Za.value;Me(()=>{y&&v()},[y]);async function b(n){await e.reach(n)&&(c.current=!1,s(uo(n,e.lastSeq.peek())),m(n),f(n),requestAnimationFrame(()=>{let e=t.current?.querySelector(`[data-seq="${n}"]`);e?.scrollIntoView({block:`center`}),e?.focus({preventScroll:!0})}),setTimeout(()=>m(null),2e3))}function x(){c.current=!0,s(lo(e.lastSeq.peek())),u(!1),t.current?.scrollTo({top:t.current.scrollHeight})}let S=e.pending.value,C=S.at(-1)?.clientMessageId,w=M(C);Ne(()=>{C&&C!==w.current&&x(),w.current=C},[C]);function T(e){let n=e.target.closest(`[data-seq]`);if(!n||e.altKey||e.ctrlKey||e.metaKey)return;let r=[...t.current?.querySelectorAll(`[data-seq]`)??[]],i=r.indexOf(n),a={ArrowUp:i-1,ArrowDown:i+1,Home:0,End:r.length-1}[e.key],o=a===void 0?void 0:r[a];o&&(e.preventDefault(),f(Number(o.dataset.seq)),o.focus())}let E=n.slice(g.from-r,g.to-r+1),D=wo(E,e),ee=d!==null&&d>=g.from&&d<=g.to?d:g.to;return Z(`div`,{class:`timeline-place`,children:[Z(`div`,{class:`timeline`,ref:t,onScroll:v,children:Z(`ol`,{class:`messages`,"aria-label":`Messages`,onKeyDown:T,children:[g.from===r&&!e.hasOlder.value&&Z(`li`,{class:`beginning`,children:`This is where it begins.`},`beginning`),E.map((t,n)=>{let r=E[n-1],i=!r||!Ba(r.sentAt,t.sentAt),o=a===t.seq;return[i&&Z(`li`,{class:`day`,children:Z(`time`,{dateTime:t.sentAt,children:Ha(t.sentAt)})},`day ${t.id}`),o&&Z(`li`,{class:`new-line`,children:`New`},`new`),Z(io,{room:e,message:t,isFirst:i||o||!Co(r,t),isStop:t.seq===ee,isLit:t.seq===p,onFocus:f,onShow:b},t.id),D.has(t.seq)&&Z(`li`,{class:`seen`,children:D.get(t.seq)},`seen ${t.id}`),...e.notices.value.filter(({after:e})=>e===t.seq).map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]}),g.isAtEnd&&S.map(t=>Z(oo,{room:e,pending:t},t.clientMessageId)),i===0&&e.notices.value.map(({key:e,text:t})=>Z(`li`,{class:`notice`,children:t},`notice ${e}`))]})}),l&&Z(`button`,{type:`button`,class:`to-end`,onClick:x,children:[Z(Q,{name:`down`}),(e.conversation.value?.readSeq??i)<i?`New messages`:`To the newest`]})]})}function bo(e){if(!e)return null;let t=e.getBoundingClientRect().top;for(let n of e.querySelectorAll(`[data-seq]`)){let{top:e,bottom:r}=n.getBoundingClientRect();if(r>t)return{seq:n.dataset.seq??``,top:e}}return null}function xo(e,{seq:t,top:n}){let r=e.querySelector(`[data-seq="${t}"]`),i=r?r.getBoundingClientRect().top-n:0;Math.abs(i)>=1&&(e.scrollTop+=i)}function So(e){let t=e.getBoundingClientRect().bottom,n=e.querySelectorAll(`[data-seq]`);for(let e=n.length-1;e>=0;--e){let r=n[e];if(r&&r.getBoundingClientRect().top<t-8)return Number(r.dataset.seq)}return null}function Co(e,t){return!e||e.sender.id!==t.sender.id?!1:Date.parse(t.sentAt)-Date.parse(e.sentAt)<vo}function wo(e,t){let n=e.filter(({sender:e})=>e.id===t.viewerId).map(({seq:e})=>e),r=new Map;for(let e of t.members.value.values()){if(e.user.id===t.viewerId)continue;let i=n.findLast(t=>t<=e.readSeq);i!==void 0&&r.set(i,[...r.get(i)??[],e])}let i=t.conversation.value?.kind===`DIRECT`,a=e=>i?`Seen`:`Seen by ${Oa(e.map(({user:e})=>$(e)))}`;return new Map([...r].map(([e,t])=>[e,a(t)]))}var To=60,Eo=6e3,Do=3e3,Oo=class{viewerId;chats;outbox;id;conversation=F(null);messages=F([]);hasOlder=F(!1);isLoaded=F(!1);members=F(new Map);notices=F([]);typists=F(new Map);gone=F(null);replying=F(null);editing=F(null);draft=F(``);firstUnread=F(null);lastSeq=lt(()=>this.messages.value.at(-1)?.seq??0);me=lt(()=>this.members.value.get(this.viewerId));pending=lt(()=>this.outbox.of(this.id).filter(({message:e,seenAs:t})=>e?e.seq>this.lastSeq.value:!t));#e=new Map;#t=null;#n=null;#r=null;#i=0;#a=!1;#o=!1;#s=0;constructor(e,t,n,r){this.viewerId=t,this.chats=n,this.outbox=r,this.id=e}open(){this.#o=!1,this.isLoaded.value=!1,this.messages.value=[],this.gone.value=null,this.#t=X.followConversation({conversationId:this.id,load:()=>this.#c(),onEvent:e=>this.#d(e),onPhase:e=>{Vr.value=e,e===`live`&&(this.#o&&this.#u(),this.#o=!0,this.#s>0&&va(`${this.#s} new messages`),this.#s=0)}}),this.#t.ended.then(e=>{e&&this.#b(this.gone.value??jo(e))})}close(){this.#t?.stop(),Vr.value=null,this.stopTyping();for(let e of this.#e.values())clearTimeout(e);this.#e.clear(),this.typists.value=new Map,this.notices.value=[]}loadOlder(){return this.#n??=this.#l().finally(()=>{this.#n=null}),this.#n}async reach(e){for(let t=0;t<200;t+=1){if((this.messages.peek()[0]?.seq??0)<=e)return!0;if(!this.hasOlder.peek())return!1;await this.loadOlder()}return!1}async markRead(e){let t=this.conversation.peek();if(!(!t||e<=t.readSeq||this.#a||this.gone.peek())){this.#a=!0;try{let n={conversationId:this.id,upToSeq:e},{readSeq:r,unreadCount:i}=(await X.request(wi,{input:n})).markRead.conversation;this.conversation.value={...this.conversation.peek()??t,readSeq:r,unreadCount:i},this.chats.read(this.id,r,i)}catch{}finally{this.#a=!1}}}typing(){Date.now()-this.#i<Do||(this.#i=Date.now(),this.#h(!0))}stopTyping(){this.#i!==0&&(this.#i=0,this.#h(!1))}send(e){let t=this.replying.peek();this.replying.value=null,this.#i=0,this.firstUnread.value=null,this.outbox.send(this.id,e,t)}put(e){let t=this.messages.peek(),n=e.seq-(t[0]?.seq??e.seq),r=t[n];if(n<0||r&&r.revision>=e.revision)return;if(n>t.length)return this.#x();let i=t.slice();i[n]=e,this.messages.value=i}async#c(){let{server:e,conversation:t}=await X.request(si,{id:this.id,last:To});if(!t)throw new K(`There is no such conversation, or it is not yours.`,`NOT_FOUND`,!1);let{messages:n,members:r,...i}=t;return this.isLoaded.peek()||(this.firstUnread.value=i.unreadCount>0?i.readSeq+1:null),this.conversation.value=i,this.messages.value=n.nodes,this.hasOlder.value=n.pageInfo.hasPreviousPage,this.#r=n.pageInfo.startCursor,this.members.value=Ao(r.nodes),r.pageInfo.hasNextPage&&this.#u(),this.isLoaded.value=!0,this.chats.put(i),this.outbox.shown(this.id,this.lastSeq.value),{eventSeq:i.eventSeq,epoch:e.epoch}}async#l(){let e=this.#r;if(this.hasOlder.peek()&&e!==null)try{let t={id:this.id,last:To,before:e},{conversation:n}=await X.request(bi,t);if(!n||this.#r!==e)return;let{nodes:r,pageInfo:i}=n.messages;this.#r=i.startCursor,this.messages.value=[...r,...this.messages.peek()],this.hasOlder.value=i.hasPreviousPage}catch{}}async#u(){let e=[];try{for(let t=null;;){let n={id:this.id,first:100,after:t},{conversation:r}=await X.request(li,n);if(!r)return;if(e.push(...r.members.nodes),t=r.members.pageInfo.endCursor,!r.members.pageInfo.hasNextPage)break}this.members.value=Ao(e)}catch{}}#d(e){switch(e.__typename){case`MessageAdded`:return this.#f(e.message);case`MessageEdited`:case`MessageDeleted`:return this.put(e.message);case`MemberJoined`:{let{actor:t,member:n}=e;this.#g(n);let[r,i]=[this.#y(n.user),this.#y(t)];return this.#v(e.eventSeq,n.user.id===t.id?`${r} joined`:`${i} added ${ko(r)}`)}case`MemberRoleChanged`:{let t={OWNER:`an owner`,ADMIN:`an admin`,MEMBER:`a member`}[e.member.role];this.#g(e.member);let n=this.#y(e.member.user);return this.#v(e.eventSeq,`${n} ${n===`You`?`are`:`is`} now ${t}`)}case`MemberLeft`:{let{actor:t,user:n}=e;if(n.id===this.viewerId){let e=t.id===n.id;return this.#b(e?`You left this conversation.`:`${$(t)} removed you from this conversation.`)}this.#_(n.id);let r=this.#y(n),i=n.id===t.id?`${r} left`:`${this.#y(t)} removed ${ko(r)}`;return this.#v(e.eventSeq,i)}case`ConversationUpdated`:{let{title:t}=e.conversation,n=this.conversation.peek();n&&(this.conversation.value={...n,title:t});let r=this.#y(e.actor);return this.#v(e.eventSeq,t?`${r} named the group “${t}”`:`${r} took the group’s name away`)}case`ConversationDeleted`:return this.#b(`${this.#y(e.actor)} deleted this conversation.`);case`ReadPositionMoved`:{let t=this.members.peek().get(e.user.id);t&&t.readSeq<e.readSeq&&this.#g({...t,readSeq:e.readSeq});return}case`Typing`:return e.typing?this.#p(e.user):this.#m(e.user.id)}}#f(e){this.put(e),this.#m(e.sender.id),e.sender.id===this.viewerId?this.outbox.saw(e,this.id):Vr.peek()===`live`?va(`${$(e.sender)}: ${e.body}`):this.#s+=1,this.outbox.shown(this.id,this.lastSeq.value)}#p(e){e.id!==this.viewerId&&(clearTimeout(this.#e.get(e.id)),this.#e.set(e.id,setTimeout(()=>this.#m(e.id),Eo)),this.typists.value=new Map(this.typists.peek()).set(e.id,e))}#m(e){if(clearTimeout(this.#e.get(e)),!this.#e.delete(e))return;let t=new Map(this.typists.peek());t.delete(e),this.typists.value=t}#h(e){X.request(Ti,{input:{conversationId:this.id,typing:e}}).catch(()=>{})}#g(e){this.members.value=new Map(this.members.peek()).set(e.user.id,e)}#_(e){this.#m(e);let t=new Map(this.members.peek());t.delete(e),this.members.value=t}#v(e,t){this.notices.value=[...this.notices.peek(),{key:e,after:this.lastSeq.peek(),text:t}],va(t)}#y(e){return e.id===this.viewerId?`You`:$(e)}#b(e){this.gone.value=e,this.replying.value=null,this.editing.value=null,this.chats.drop(this.id),va(e)}#x(){this.#t?.stop(),this.open()}},ko=e=>e===`You`?`you`:e,Ao=e=>new Map(e.map(e=>[e.user.id,e]));function jo({code:e,message:t}){return e===`MEMBERSHIP_ENDED`?`You are not in this conversation any more.`:e===`NOT_FOUND`?`There is no such conversation, or it is not yours.`:t}var Mo=new Map;function No(e,t,n,r){let i=Mo.get(e);if(i&&i.viewerId===t&&i.chats===n)return i;let a=new Oo(e,t,n,r);return Mo.set(e,a),a}function Po(){Mo.clear()}var Fo=sa(Ei),Io=30,Lo=200;function Ro({without:e,chosen:t,onPick:n}){let r=Le(),i=M(null),[a,o]=j(``),s=M(void 0);Me(()=>i.current?.focus(),[]);let[{data:c,error:l,fetching:u}]=Rr({query:Fo,variables:{search:a,first:Io},requestPolicy:`cache-and-network`}),d=(c?.users.nodes??[]).filter(t=>!e.includes(t.id)),f=c&&!u&&d.length===0;return Z(`div`,{class:`people`,children:[Z(`label`,{class:`unseen`,for:r,children:`Find people`}),Z(`div`,{class:`search`,children:[Z(Q,{name:`search`}),Z(`input`,{ref:i,id:r,type:`search`,placeholder:`Find people by name`,autocomplete:`off`,onInput:({currentTarget:{value:e}})=>{clearTimeout(s.current),s.current=setTimeout(()=>o(e.trim()),Lo)}})]}),l&&Z(`p`,{class:`wrong`,children:Ga(ca(l).message)}),Z(`ul`,{class:`found`,children:d.map(e=>{let r=$(e),i=t?.some(t=>t.id===e.id)??!1;return Z(`li`,{children:Z(`button`,{type:`button`,class:`person`,"aria-pressed":t?i:void 0,onClick:()=>n(e),children:[Z(Ua,{id:e.id,name:r}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:r}),r!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),i&&Z(Q,{name:`tick`})]})},e.id)})}),Z(`p`,{class:`hint`,role:`status`,children:f?a?`Nobody else is called “${a}”.`:`Nobody else is here yet.`:c?.users.pageInfo.hasNextPage?`There are more: go on typing.`:``})]})}var zo=sa(fi),Bo=sa(mi),Vo=sa(hi),Ho=sa(gi),Uo=sa(_i),Wo=sa(pi),Go={OWNER:`Owner`,ADMIN:`Admin`,MEMBER:`Member`};function Ko({room:e,onClose:t}){let[n,r]=j(`members`),[i,a]=j(null),[,o]=zr(zo),[,s]=zr(Bo),[,c]=zr(Vo),[,l]=zr(Ho),[,u]=zr(Uo),[,d]=zr(Wo),f=e.id,p=[...e.members.value.values()],m=e.me.value?.role??`MEMBER`,[h,g]=[m===`OWNER`,m!==`MEMBER`],_=e.conversation.value?.title??``,v=e=>{a(null),r(e)},y=async e=>{let{error:t}=await e;return a(t?Ga(ca(t).message):null),!t},b=async e=>{await y(e)&&ga(`#/`)};if(n===`leave`||n===`end`){let e=n===`leave`;return Z(to,{title:e?`Leave this group?`:`Delete this group?`,words:e?`You see nothing of it any more unless somebody adds you again.`:`It ends for everybody who is in it, and cannot be brought back.`,act:e?`Leave`:`Delete`,error:i,onAct:()=>b(e?u({input:{conversationId:f}}):d({input:{id:f}})),onClose:()=>v(`members`)})}let x=i&&Z(`p`,{class:`wrong`,role:`alert`,children:i});return n===`add`?Z(eo,{title:`Add people`,onClose:()=>v(`members`),children:[x,Z(Ro,{without:p.map(({user:e})=>e.id),chosen:null,onPick:async({id:e})=>{await y(s({input:{conversationId:f,userIds:[e]}}))&&v(`members`)}})]}):Z(eo,{title:`About this group`,onClose:t,children:[x,g&&Z(`form`,{class:`inline`,onSubmit:e=>{e.preventDefault();let t=String(new FormData(e.currentTarget).get(`title`)??``).trim();y(o({input:{id:f,title:t||null}}))},children:[Z(Wa,{label:`Name of the group`,name:`title`,value:_,isRequired:!1,maxLength:200},_),Z(`button`,{type:`submit`,children:`Rename`})]}),Z(`div`,{class:`between`,children:[Z(`h3`,{children:[p.length,` `,p.length===1?`member`:`members`]}),g&&Z(`button`,{type:`button`,onClick:()=>v(`add`),children:`Add people`})]}),Z(`ul`,{class:`found`,children:p.map(t=>Z(qo,{member:t,isViewer:t.user.id===e.viewerId,own:m,onRole:e=>y(l({input:{conversationId:f,userId:t.user.id,role:e}})),onRemove:()=>y(c({input:{conversationId:f,userId:t.user.id}}))},t.user.id))}),Z(`footer`,{children:[h&&Z(`button`,{type:`button`,class:`danger`,onClick:()=>v(`end`),children:`Delete group`}),Z(`button`,{type:`button`,onClick:()=>v(`leave`),children:`Leave group`})]})]})}function qo({member:{user:e,role:t},isViewer:n,own:r,onRole:i,onRemove:a}){let o=$(e),s=!n&&(r===`OWNER`||r===`ADMIN`&&t===`MEMBER`);return Z(`li`,{class:`person`,children:[Z(Ua,{id:e.id,name:o}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:n?`${o} (you)`:o}),o!==e.username&&Z(`span`,{class:`preview`,children:e.username})]}),r===`OWNER`&&!n?Z(`select`,{"aria-label":`What ${o} may do`,value:t,onChange:({currentTarget:e})=>i(e.value),children:Object.entries(Go).map(([e,t])=>Z(`option`,{value:e,children:t},e))}):Z(`span`,{class:`hint`,children:Go[t]}),s&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Remove ${o}`,title:`Remove`,onClick:a,children:Z(Q,{name:`close`})})]})}function Jo({id:e,list:t,out:n,viewerId:r}){let i=Pe(()=>No(e,r,t,n),[e,r,t,n]);Me(()=>(i.open(),()=>i.close()),[i]);let a=i.gone.value;return Z(`main`,{class:`room`,"aria-labelledby":`title`,children:[Z(Yo,{room:i,list:t}),a?Z(`div`,{class:`empty`,children:Z(`div`,{children:[Z(`h2`,{children:a}),Z(`p`,{children:Z(`a`,{class:`button`,href:`#/`,children:`To your conversations`})})]})}):Z(S,{children:[i.isLoaded.value?Z(yo,{room:i}):Z(`div`,{class:`timeline`}),Z(Xo,{room:i}),Z(Ya,{room:i})]})]})}function Yo({room:e,list:t}){let[n,r]=j(!1),i=M(null);Me(()=>{matchMedia(`(pointer: fine)`).matches||i.current?.focus()},[]);let a=t.get(e.id)??e.conversation.value,o=a?ka(a,e.viewerId):``,s=a?.kind===`GROUP`,c=e.members.value.size,l=[...e.members.value.values()].filter(({user:t})=>t.id!==e.viewerId);return Z(`header`,{class:`bar`,children:[Z(`a`,{class:`quiet round back`,href:`#/`,"aria-label":`Back to the list`,children:Z(Q,{name:`back`})}),a&&Z(Ua,{id:Aa(a,e.viewerId),name:o,isGroup:s}),Z(`div`,{class:`grow`,children:[Z(`h2`,{id:`title`,tabIndex:-1,ref:i,children:o}),s&&c>0&&Z(`p`,{class:`hint`,children:[c,` `,c===1?`member`:`members`,a?.title&&l.length>0&&`: you, ${Oa(l.map(({user:e})=>$(e)),3)}`]})]}),s&&!e.gone.value&&Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`About this group`,title:`About this group`,onClick:()=>r(!0),children:Z(Q,{name:`info`})}),n&&!e.gone.value&&Z(Ko,{room:e,onClose:()=>r(!1)})]})}function Xo({room:e}){let t=[...e.typists.value.values()].map($);return Z(`p`,{class:`typing`,"aria-live":`off`,children:t.length>0&&Z(S,{children:[Z(`span`,{class:`dots`,"aria-hidden":`true`,children:[Z(`i`,{}),Z(`i`,{}),Z(`i`,{})]}),Oa(t,2),` `,t.length===1?`is`:`are`,` typing`]})})}var Zo=sa(ui),Qo=sa(di);function $o({list:e,viewerId:t,onClose:n}){let[r,i]=j(!1),[a,o]=j([]),[s,c]=j(null),[,l]=zr(Zo),[,u]=zr(Qo),d=M(ia()),f=(t,r)=>{if(r||!t)return c(r?Ga(ca(r).message):null);e.put(t),n(),ga(ha(t.id))},p=async e=>{if(r){let t=a.filter(({id:t})=>t!==e.id);return o(t.length<a.length?t:[...a,e])}let{data:t,error:n}=await l({input:{userId:e.id}});f(t?.startDirectConversation.conversation,n)};return Z(eo,{title:r?`New group`:`New conversation`,onClose:n,children:[Z(`fieldset`,{class:`tabs`,children:[Z(`legend`,{class:`unseen`,children:`What to start`}),Z(`button`,{type:`button`,"aria-pressed":!r,onClick:()=>i(!1),children:`With one person`}),Z(`button`,{type:`button`,"aria-pressed":r,onClick:()=>i(!0),children:`A group`})]}),s&&Z(`p`,{class:`wrong`,role:`alert`,children:s}),Z(Ro,{without:[t],chosen:r?a:null,onPick:p}),r&&a.length>0&&Z(`ul`,{class:`chips`,"aria-label":`In the group`,children:a.map(e=>Z(`li`,{children:Z(`button`,{type:`button`,"aria-label":`Without ${$(e)}`,onClick:()=>p(e),children:[$(e),Z(Q,{name:`close`})]})},e.id))}),r&&Z(`form`,{onSubmit:async e=>{e.preventDefault();let t=String(new FormData(e.target).get(`title`)??``).trim()||null,n={participantIds:a.map(({id:e})=>e),title:t,clientConversationId:d.current},{data:r,error:i}=await u({input:n});f(r?.createConversation.conversation,i)},children:[Z(Wa,{label:`Name of the group`,name:`title`,isRequired:!1,maxLength:200,hint:`May be left empty.`}),Z(`footer`,{children:Z(`button`,{type:`submit`,class:`primary`,disabled:a.length===0,children:[`Create group`,a.length>0&&` with ${a.length}`]})})]})]})}function es({list:e,user:t,openId:n}){let[r,i]=j(!1),a=M(null),o=M(n);Me(()=>{!n&&o.current&&a.current?.querySelector(`a[href="${ha(o.current)}"]`)?.focus(),o.current=n},[n]);let s=e.inOrder.value,c=$(t);return Z(`nav`,{class:`sidebar`,ref:a,"aria-label":`Conversations`,children:[Z(`header`,{class:`bar`,children:[Z(Ua,{id:t.id,name:c}),Z(`h1`,{class:`grow`,title:`Signed in as ${t.username}`,children:c}),Z(`button`,{type:`button`,class:`quiet round`,"aria-label":`Sign out`,title:`Sign out`,onClick:fa,children:Z(Q,{name:`leave`})}),Z(`button`,{type:`button`,class:`primary round`,"aria-label":`New conversation`,title:`New conversation`,onClick:()=>i(!0),children:Z(Q,{name:`compose`})})]}),e.isLoaded.value&&s.length===0&&Z(`div`,{class:`nothing`,children:[Z(`p`,{class:`hint`,children:`No conversations yet.`}),Z(`button`,{type:`button`,class:`primary`,onClick:()=>i(!0),children:`Find people`})]}),Z(`ul`,{class:`rows`,onKeyDown:ts,onScroll:({currentTarget:{scrollTop:t,clientHeight:n,scrollHeight:r}})=>{t+n>r-400&&e.loadMore()},children:s.map(e=>Z(ns,{conversation:e,viewerId:t.id,isOpen:e.id===n},e.id))}),r&&Z($o,{list:e,viewerId:t.id,onClose:()=>i(!1)})]})}function ts(e){let t={ArrowDown:1,ArrowUp:-1}[e.key];if(!t)return;let n=[...e.currentTarget.querySelectorAll(`a`)],r=n[n.indexOf(document.activeElement)+t];r&&(e.preventDefault(),r.focus())}function ns({conversation:e,viewerId:t,isOpen:n}){let{id:r,kind:i,lastMessage:a,lastActivityAt:o}=e,s=ka(e,t),c=n&&$a.value?0:e.unreadCount,l=c>=1e3?`999+`:String(c),u=i===`GROUP`,d=a?.sender.id===t?`You: `:u&&a?`${$(a.sender)}: `:``;return Z(`li`,{children:Z(`a`,{class:`row`,href:ha(r),"aria-current":n?`page`:void 0,"data-unread":c>0,children:[Z(Ua,{id:Aa(e,t),name:s,isGroup:u}),Z(`span`,{class:`what`,children:[Z(`span`,{class:`title`,children:s}),Z(`span`,{class:`preview`,children:a?Z(S,{children:[d,a.body]}):`No messages yet`})]}),Z(`span`,{class:`when`,children:[Z(`time`,{dateTime:o,title:za(o),children:Va(o)}),c>0&&Z(`span`,{class:`badge`,children:[l,Z(`span`,{class:`unseen`,children:` unread`})]})]})]})})}var rs=document.querySelector(`link[rel="icon"]`)?.href,is=(e,t)=>String(e.get(t)??``).trim();async function as(e,t){let[n,r]=[is(t,`username`),String(t.get(`password`)??``)];e?await X.session.register({username:n,email:is(t,`email`),password:r}):await X.session.login({...n.includes(`@`)?{email:n}:{username:n},password:r})}function os({isNew:e}){let[t,n]=j({}),[r,i]=j(!1),a=async t=>{if(t.preventDefault(),!r&&t.target instanceof HTMLFormElement){i(!0);try{await as(e,new FormData(t.target)),n({})}catch(t){n(ss(K.from(t),e))}finally{i(!1)}}},o=[`username`,`email`,`password`].find(e=>t[e])??`username`,s=e=>({name:e,wrong:t[e],isFirst:o===e});return Z(`main`,{class:`sign-in`,children:Z(`div`,{class:`card`,children:[Z(`img`,{class:`mark`,src:rs,alt:``,width:`48`,height:`48`}),Z(`h1`,{children:e?`Create your account`:`Welcome back`}),Z(`p`,{class:`hint`,children:e?`It takes a name, an e-mail address and a password.`:`Sign in to go on chatting.`}),ua.value&&Z(`p`,{class:`note`,children:ua.value}),t.form&&Z(`p`,{class:`wrong`,role:`alert`,children:t.form}),Z(`form`,{onSubmit:a,noValidate:!0,children:[Z(Wa,{...s(`username`),label:e?`User name`:`User name or e-mail`,autocomplete:`username`}),e&&Z(Wa,{...s(`email`),label:`E-mail`,type:`email`,autocomplete:`email`}),Z(Wa,{...s(`password`),label:`Password`,type:`password`,maxLength:200,autocomplete:e?`new-password`:`current-password`}),Z(`button`,{type:`submit`,class:`primary wide`,"aria-disabled":r,children:r?`One moment…`:e?`Create account`:`Sign in`})]},String(e)),Z(`p`,{class:`other`,children:[e?`You have an account? `:`You are new here? `,Z(`a`,{href:e?`#/login`:`#/register`,onClick:()=>n({}),children:e?`Sign in`:`Create an account`})]})]})})}function ss({code:e,message:t,fields:n,retryAfterMs:r},i){let a=Object.entries(n).map(([e,t])=>[e,Ga(t)]);if(a.length>0){let e=e=>!i&&e===`email`?`username`:e;return Object.fromEntries(a.map(([t,n])=>[e(t),n]))}return e===`INVALID_CREDENTIALS`?{password:Ga(t)}:e===`RATE_LIMITED`?{form:`That was tried too often.${r?` Please wait ${Math.ceil(r/1e3)} seconds.`:``}`}:{form:Ga(t)}}var cs=40,ls=class{#e=F(new Map);isLoaded=F(!1);hasMore=F(!1);inOrder=lt(()=>[...this.#e.value.values()].sort((e,t)=>us(t.lastActivityAt,e.lastActivityAt)||us(t.id,e.id)));unread=lt(()=>this.inOrder.value.filter(({unreadCount:e})=>e>0).length);#t;#n=null;#r=!1;constructor(){this.#t=X.followInbox({load:async()=>{let{server:e,conversations:t}=await X.request(oi,{first:cs}),{nodes:n,pageInfo:r}=t;this.#e.value=new Map(n.map(e=>[e.id,e])),this.#n=r.endCursor,this.hasMore.value=r.hasNextPage,this.isLoaded.value=!0;let i=r.hasNextPage?n[0]?.lastActivityAt??null:null;return{epoch:e.epoch,heads:n,activeSince:i}},onEvent:e=>this.#i(e),onPhase:e=>{Br.value=e}})}stop(){this.#t.stop()}get(e){return this.#e.value.get(e)}put(e){let t=this.#e.peek().get(e.id);t&&t.eventSeq>e.eventSeq||this.#o(t=>t.set(e.id,e))}drop(e){this.#o(t=>t.delete(e))}read(e,t,n){let r=this.#e.peek().get(e);r&&r.readSeq<=t&&this.#o(i=>i.set(e,{...r,readSeq:t,unreadCount:n}))}async loadMore(){if(!(!this.hasMore.peek()||this.#r)){this.#r=!0;try{let{conversations:e}=await X.request(oi,{first:cs,after:this.#n});for(let t of e.nodes)this.put(t);this.#n=e.pageInfo.endCursor,this.hasMore.value=e.pageInfo.hasNextPage}catch{}finally{this.#r=!1}}}#i(e){switch(e.__typename){case`ConversationAdded`:case`ConversationAdvanced`:this.put(e.conversation);break;case`ConversationRemoved`:this.drop(e.conversationId);break;case`ReadPositionMoved`:this.#a(e.conversationId,e.readSeq)}}async#a(e,t){let n=this.#e.peek().get(e);if(!(!n||n.readSeq>=t)){if(t>=n.messageSeq)return this.read(e,t,0);try{let{conversation:t}=await X.request(ci,{id:e});t&&this.read(e,t.readSeq,t.unreadCount)}catch{}}}#o(e){let t=new Map(this.#e.peek());e(t),this.#e.value=t}},us=(e,t)=>e<t?-1:+(e>t),ds=F(null),fs=class{#e=F([]);#t;#n=new AbortController;#r=new Map;constructor(e){this.#t=`parlance.outbox.${e}`;try{this.#e.value=JSON.parse(sessionStorage.getItem(this.#t)??`[]`)}catch{sessionStorage.removeItem(this.#t)}for(let e of this.#e.value)!e.failure&&!e.message&&this.#i(e)}stop(){this.#n.abort()}of(e){return this.#e.value.filter(t=>t.conversationId===e)}send(e,t,n){let r={clientMessageId:ia(),conversationId:e,body:t.trim(),replyTo:n,at:new Date().toISOString(),failure:null,message:null,seenAs:null};this.#s([...this.#e.peek(),r]),this.#i(r)}again(e){this.#o(e.clientMessageId,{failure:null}),this.#i(e)}discard({clientMessageId:e}){this.#s(this.#e.peek().filter(t=>t.clientMessageId!==e))}saw({id:e,body:t},n){let r=this.of(n);if(r.some(({message:t})=>t?.id===e))return;let i=r.filter(({message:e,seenAs:t})=>!e&&!t).find(e=>e.body===t);i&&this.#o(i.clientMessageId,{seenAs:e})}shown(e,t){let n=({message:n,conversationId:r})=>r===e&&n!==null&&n.seq<=t;this.#e.peek().some(n)&&this.#s(this.#e.peek().filter(e=>!n(e)))}#i(e){let t=this.#r.get(e.conversationId)??Promise.resolve();this.#r.set(e.conversationId,t.then(()=>this.#a(e)))}async#a({clientMessageId:e,conversationId:t,body:n,replyTo:r}){let i={conversationId:t,body:n,clientMessageId:e,replyToId:r?.id??null};try{let{message:t}=await X.sendMessage(i,{signal:this.#n.signal});this.#o(e,{message:t})}catch(t){if(this.#n.signal.aborted)return;this.#o(e,{failure:K.from(t).message,seenAs:null})}}#o(e,t){let n=this.#e.peek();this.#s(n.map(n=>n.clientMessageId===e?{...n,...t}:n))}#s(e){this.#e.value=e;try{sessionStorage.setItem(this.#t,JSON.stringify(e))}catch{}}},ps=F(null);mt(()=>{let e=la.value?.id;if(!e)return;let[t,n]=Xe(()=>[new ls,new fs(e)]);return[ds.value,ps.value]=[t,n],()=>{t.stop(),n.stop(),[ds.value,ps.value]=[null,null],Po(),Jr()}}),mt(()=>{let e=ds.value?.unread.value??0;document.title=e>0?`(${e}) Parlance`:`Parlance`});function ms(){let e=la.value,t=Pe(oa,[e?.id]),[n,r]=[ds.value,ps.value],i=ma.value;if(!e||!n||!r)return Z(os,{isNew:i.screen===`register`});let a=i.screen===`room`;return Z(Or,{value:t,children:[Z(`div`,{class:`app ${a?`in-room`:`in-list`}`,children:[Z(es,{list:n,user:e,openId:a?i.id:null}),a?Z(Jo,{id:i.id,list:n,out:r,viewerId:e.id},i.id):Z(wa,{list:n})]}),Z(Sa,{})]})}var hs=document.getElementById(`app`);hs&&he(Z(ms,{}),hs);